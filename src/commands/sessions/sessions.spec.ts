import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import {
  FakeArchive,
  recordedMetrics,
  recordedRequest,
} from "../../../test/fixtures/fake-archive.ts";
import { type StringTerminal, stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { runSessions } from "./sessions.ts";

describe("arena sessions", () => {
  it("lists the sessions of all archives, the latest last, in aligned columns", async () => {
    const late = recordedRequest({
      modelID: "m",
      sessionID: "late",
      receivedAt: Date.UTC(2027, 0),
    });
    const failed = recordedRequest({ outcome: "INTERNAL", deliveredAt: null });
    const { code, stdout } = await call(
      [],
      [
        new FakeArchive([late]),
        new FakeArchive([recordedRequest(), failed], [recordedMetrics("{}")]),
      ],
    );
    const [heading, first, second, ...rest] = stdout.split("\n");
    assert.equal(code, 0);
    assert.match(
      heading ?? "",
      /^MODEL {2}SESSION {2}REQUESTS {2}ANSWERED {2}FAILED {2}UNDELIVERED {2}METRICS {2}FIRST +LAST$/,
    );
    assert.match(
      first ?? "",
      /^poet {3}s1 +2 +2 +1 +1 +1 {2}20\d\d-\d\d-\d\d \d\d:05:00 {2}20\d\d-\d\d-\d\d \d\d:05:00$/,
    );
    assert.match(second ?? "", /^m {6}late +1 /);
    assert.deepEqual(rest, [""]);
  });

  it("lists them as JSON lines with ISO times", async () => {
    const { stdout } = await call(["list", "--json"], [new FakeArchive([recordedRequest()])]);
    assert.deepEqual(JSON.parse(stdout), {
      modelID: "poet",
      sessionID: "s1",
      requests: 1,
      answered: 1,
      failed: 0,
      undelivered: 0,
      metrics: 0,
      firstAt: "2026-11-20T09:05:00.000Z",
      lastAt: "2026-11-20T09:05:00.000Z",
    });
  });

  it("says that nothing is kept, and writes no JSON for it", async () => {
    assert.equal((await call(["list"], [new FakeArchive()])).stdout, "No session is kept.\n");
    assert.equal((await call(["list", "--json"], [new FakeArchive()])).stdout, "");
  });

  it("writes out control characters of names, which a client chose", async () => {
    const request = recordedRequest({ sessionID: "\u001b[2Jgone" });
    const { stdout } = await call([], [new FakeArchive([request])]);
    assert.match(stdout, /\\u001b\[2Jgone/);
    assert.equal(stdout.includes("\u001b"), false);
  });

  it("asks for the queue that --queue names, and closes it", async () => {
    const archive = new FakeArchive();
    const urls: Array<string | undefined> = [];
    const open = async (url: string | undefined) => {
      urls.push(url);
      return [archive];
    };
    const terminal = stringTerminal();
    assert.equal(await runSessions(["--queue", "sqlite:a.sqlite"], terminal, open), 0);
    assert.equal(await runSessions(["list"], terminal, open), 0);
    assert.deepEqual(urls, ["sqlite:a.sqlite", undefined]);
    assert.equal(archive.isClosed, true);
  });

  it("leaves what is wrong with the queue's settings to the command line", async () => {
    const problem = new ConfigurationError([{ name: "QUEUE_URL", message: "nothing is kept" }]);
    const open = () => Promise.reject(problem);
    await assert.rejects(runSessions([], stringTerminal(), open), problem);
  });

  describe("export", () => {
    const waiting = recordedRequest({
      messageID: "m2",
      state: "queued",
      answer: null,
      outcome: null,
      attempts: 0,
      claimedAt: null,
      answeredAt: null,
      deliveredAt: null,
    });

    it("writes a session's requests with parsed answers, ISO times and durations", async () => {
      const other = recordedRequest({ sessionID: "s2" });
      const archive = new FakeArchive([recordedRequest(), other, waiting]);
      const { code, stdout } = await call(["export", "s1"], [archive]);
      assert.equal(code, 0);
      assert.deepEqual(jsonLines(stdout), [
        {
          modelID: "poet",
          sessionID: "s1",
          messageID: "m1",
          state: "delivered",
          input: { messages: [{ role: "user", content: "Hello" }] },
          answer: { text: "Hello yourself", image: null },
          outcome: "OK",
          attempts: 1,
          receivedAt: "2026-11-20T09:05:00.000Z",
          claimedAt: "2026-11-20T09:05:00.010Z",
          answeredAt: "2026-11-20T09:05:00.900Z",
          deliveredAt: "2026-11-20T09:05:00.905Z",
          waitingMs: 10,
          modelMs: 890,
        },
        {
          modelID: "poet",
          sessionID: "s1",
          messageID: "m2",
          state: "queued",
          input: { messages: [{ role: "user", content: "Hello" }] },
          answer: null,
          outcome: null,
          attempts: 0,
          receivedAt: "2026-11-20T09:05:00.000Z",
          claimedAt: null,
          answeredAt: null,
          deliveredAt: null,
          waitingMs: null,
          modelMs: null,
        },
      ]);
    });

    it("--all writes every request once, also of a session with two models", async () => {
      const requests = [
        recordedRequest(),
        recordedRequest({ modelID: "painter", messageID: "m2" }),
        recordedRequest({ sessionID: "s2", messageID: "m3" }),
      ];
      const archives = [new FakeArchive(requests), new FakeArchive([waiting])];
      const { stdout } = await call(["export", "--all"], archives);
      const ids = jsonLines(stdout).map((line) => line["messageID"]);
      assert.deepEqual(ids, ["m1", "m2", "m3", "m2"]);
    });

    it("exits 1 for a session of which nothing is kept, and says where to look", async () => {
      const { code, stdout, stderr } = await call(["export", "s9"], [new FakeArchive([waiting])]);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^arena sessions: Nothing is kept of a session "s9"\. "arena sessions"/);
    });

    it("ends quietly when its reader has gone", async () => {
      const archive = new FakeArchive(Array.from({ length: 100 }, () => recordedRequest()));
      const terminal = { ...stringTerminal(), stdout: new LeavingReader(3) };
      assert.equal(await runSessions(["export", "s1"], terminal, async () => [archive]), 0);
      assert.equal(terminal.stdout.lines, 3);
      assert.equal(terminal.stderr.text, "");
      assert.equal(archive.isClosed, true);
    });

    describe("--output", () => {
      let folder = "";
      before(async () => {
        folder = await mkdtemp(join(tmpdir(), "arena-sessions-"));
      });
      after(() => rm(folder, { recursive: true }));

      it("writes a file that only its owner can read", async () => {
        const file = join(folder, "s1.jsonl");
        const archive = new FakeArchive([recordedRequest()]);
        const { code, stdout } = await call(["export", "s1", "--output", file], [archive]);
        assert.deepEqual([code, stdout], [0, ""]);
        assert.equal(jsonLines(await readFile(file, "utf8")).length, 1);
        assert.equal((await stat(file)).mode & 0o777, 0o600);
      });

      it("overwrites nothing", async () => {
        const file = join(folder, "twice.jsonl");
        const archive = new FakeArchive([recordedRequest()]);
        await call(["export", "s1", "--output", file], [archive]);
        const before = await readFile(file, "utf8");
        const { code, stderr } = await call(["export", "s1", "--output", file], [archive]);
        assert.equal(code, 1);
        assert.match(stderr, /is there already, and nothing is overwritten/);
        assert.equal(await readFile(file, "utf8"), before);
      });

      it("leaves no file that is half an export", async () => {
        const file = join(folder, "half.jsonl");
        const archive = new FakeArchive([recordedRequest()]);
        archive.requests = async function* () {
          yield recordedRequest();
          throw new Error("the database is gone");
        };
        await assert.rejects(call(["export", "s1", "--output", file], [archive]), /is gone/);
        await assert.rejects(stat(file), { code: "ENOENT" });
      });

      it("says that a folder is not there", async () => {
        const file = join(folder, "no", "such.jsonl");
        const archive = new FakeArchive([recordedRequest()]);
        const { code, stderr } = await call(["export", "s1", "--output", file], [archive]);
        assert.equal(code, 1);
        assert.match(stderr, /--output: cannot create .*ENOENT.*Give a path/);
      });
    });
  });

  describe("delete", () => {
    const archives = () => [
      new FakeArchive([recordedRequest(), recordedRequest({ sessionID: "s2" })]),
      new FakeArchive([recordedRequest({ modelID: "painter" })], [recordedMetrics("{}")]),
    ];

    it("--yes removes requests and metrics everywhere, says how much, and nothing else's", async () => {
      const kept = archives();
      const { code, stdout } = await call(["delete", "s1", "--yes"], kept);
      assert.equal(code, 0);
      assert.match(
        stdout,
        /^Deleted session s1: 2 requests and their answers, 1 record of metrics\./,
      );
      const left = kept.flatMap((archive) => [
        ...archive.requestRecords,
        ...archive.metricsRecords,
      ]);
      assert.deepEqual(
        left.map(({ sessionID }) => sessionID),
        ["s2"],
      );
    });

    it("asks nobody where nobody is: exit code 2, nothing deleted", async () => {
      const kept = archives();
      const { code, stderr } = await call(["delete", "s1"], kept);
      assert.equal(code, 2);
      assert.match(stderr, /Give --yes/);
      assert.equal(kept[0]?.requestRecords.length, 2);
    });

    it("asks on a terminal, saying how much there is, and deletes for a yes", async () => {
      const kept = archives();
      const terminal = askedTerminal("y");
      assert.equal(await runSessions(["delete", "s1"], terminal, async () => kept), 0);
      assert.match(
        terminal.stderr.text,
        /^Session s1 has 2 requests and their answers, 1 record of metrics\. Delete them for ever\? \[y\/N\] /,
      );
      assert.equal(kept[1]?.requestRecords.length, 0);
    });

    for (const [what, lines] of [
      ["a no", ["n"]],
      ["an empty line", [""]],
      ["something else", ["s1"]],
      ["the end of the input", []],
    ] as const) {
      it(`deletes nothing for ${what}, and exits 1`, async () => {
        const kept = archives();
        const terminal = askedTerminal(...lines);
        assert.equal(await runSessions(["delete", "s1"], terminal, async () => kept), 1);
        assert.match(terminal.stderr.text, /Nothing was deleted\.\n$/);
        assert.equal(kept[0]?.requestRecords.length, 2);
      });
    }

    it("says before that a request is not answered yet, and never will be", async () => {
      const waiting = recordedRequest({ state: "queued", answer: null, answeredAt: null });
      const terminal = askedTerminal("n");
      const kept = new FakeArchive([recordedRequest(), waiting]);
      await runSessions(["delete", "s1"], terminal, async () => [kept]);
      assert.match(terminal.stderr.text, /, 1 without an answer, which will get none\. Delete/);
    });

    it("finds metrics whose requests are gone", async () => {
      const archive = new FakeArchive([], [recordedMetrics("{}")]);
      const terminal = askedTerminal("yes");
      assert.equal(await runSessions(["delete", "s1"], terminal, async () => [archive]), 0);
      assert.match(terminal.stdout.text, /0 requests and their answers, 1 record of metrics/);
      assert.equal(archive.metricsRecords.length, 0);
    });

    it("exits 1 for a session of which nothing is kept, with --yes and without", async () => {
      assert.equal((await call(["delete", "s9", "--yes"], archives())).code, 1);
      const terminal = askedTerminal("y");
      assert.equal(await runSessions(["delete", "s9"], terminal, async () => archives()), 1);
      assert.match(terminal.stderr.text, /^arena sessions: Nothing is kept/);
    });
  });

  describe("metrics", () => {
    it("writes JSON lines, of JSON and of what Python writes in its place", async () => {
      const python = "{'task_name': 'poetry', 'rating': {'collaboration_metric': 4}}";
      const archive = new FakeArchive(
        [],
        [
          recordedMetrics('{"rating":5}'),
          recordedMetrics(python, { sessionID: "s2" }),
          recordedMetrics("good!", { sessionID: "" }),
        ],
      );
      const { stdout } = await call(["metrics"], [archive]);
      const common = { receivedAt: "2026-11-20T09:05:00.000Z", modelID: "poet" };
      assert.deepEqual(jsonLines(stdout), [
        { ...common, sessionID: "s1", metrics: { rating: 5 } },
        {
          ...common,
          sessionID: "s2",
          metrics: { task_name: "poetry", rating: { collaboration_metric: 4 } },
        },
        { ...common, sessionID: "", metrics: "good!" },
      ]);
    });

    it("writes those of one session", async () => {
      const archive = new FakeArchive(
        [],
        [recordedMetrics("1"), recordedMetrics("2", { sessionID: "s2" })],
      );
      const { stdout } = await call(["metrics", "s2"], [archive]);
      assert.deepEqual(
        jsonLines(stdout).map((line) => line["metrics"]),
        [2],
      );
    });

    it("tells a session without metrics from one that is not there", async () => {
      const archive = new FakeArchive([recordedRequest()]);
      assert.deepEqual(await call(["metrics", "s1"], [archive]), {
        code: 0,
        stdout: "",
        stderr: "",
      });
      assert.equal((await call(["metrics", "s9", "--csv"], [archive])).code, 1);
    });

    it("--csv has a column for every key of all metrics, and one for what is left", async () => {
      const archive = new FakeArchive(
        [],
        [
          recordedMetrics('{"rating":{"fun":4,"why":null},"log":[{"role":"user"}]}'),
          recordedMetrics("{'rating': {'fun': True}, 'topic': 'a, \"b\"'}", { sessionID: "s2" }),
          recordedMetrics("no, idea", { sessionID: "s3" }),
        ],
      );
      const { stdout } = await call(["metrics", "--csv"], [archive]);
      const at = "2026-11-20T09:05:00.000Z,poet";
      assert.deepEqual(stdout.split("\r\n"), [
        "receivedAt,modelID,sessionID,rating.fun,rating.why,log,topic,metrics",
        `${at},s1,4,,"[{""role"":""user""}]",,`,
        `${at},s2,true,,,"a, ""b""",`,
        `${at},s3,,,,,"no, idea"`,
        "",
      ]);
    });

    it("--csv keeps the metrics' own sessionID and metrics apart from the columns", async () => {
      const archive = new FakeArchive([], [recordedMetrics('{"sessionID":"x","metrics":"y"}')]);
      const { stdout } = await call(["metrics", "--csv"], [archive]);
      assert.equal(
        stdout,
        "receivedAt,modelID,sessionID,metrics.sessionID,metrics.metrics,metrics\r\n2026-11-20T09:05:00.000Z,poet,s1,x,y,\r\n",
      );
    });

    it("--csv loses nothing that would fall together in one column, or came in between", async () => {
      const twice = '{"a.b":1,"a":{"b":2}}';
      const archive = new FakeArchive([], [recordedMetrics('{"a":1}')]);
      const { metrics } = archive;
      let readings = 0;
      archive.metrics = (sessionID) => {
        readings += 1;
        if (readings === 2) archive.metricsRecords.push(recordedMetrics('{"late":1}'));
        return metrics.call(archive, sessionID);
      };
      archive.metricsRecords.push(recordedMetrics(twice));
      const { stdout } = await call(["metrics", "--csv"], [archive]);
      const [heading, , second, third] = stdout.split("\r\n");
      assert.equal(heading, "receivedAt,modelID,sessionID,a,metrics");
      assert.match(second ?? "", /,s1,,"\{""a\.b"":1,""a"":\{""b"":2\}\}"$/);
      assert.match(third ?? "", /,s1,,"\{""late"":1\}"$/);
    });
  });

  for (const [what, argv, message] of [
    ["an unknown subcommand", ["remove"], /"remove" is not known; expected one of list, export/],
    ["an unknown option", ["list", "--loud"], /--loud/],
    ["an option of another subcommand", ["list", "--csv"], /"list" takes no --csv/],
    ["export without a session", ["export"], /expects one SESSION here, got 0/],
    ["export of a session and all", ["export", "s1", "--all"], /expects no SESSION here, got 1/],
    ["two sessions", ["delete", "s1", "s2", "--yes"], /expects one SESSION here, got 2/],
    ["an empty session", ["delete", "", "--yes"], /SESSION is empty/],
    ["an empty session's metrics", ["metrics", ""], /SESSION is empty/],
  ] as const) {
    it(`exits 2 for ${what}, without opening the queue`, async () => {
      const terminal = stringTerminal();
      const open = () => Promise.reject(new Error("opened"));
      assert.equal(await runSessions(argv, terminal, open), 2);
      assert.match(terminal.stderr.text, message);
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await call(["--help"], []);
    assert.equal(code, 0);
    assert.match(stdout, /^arena sessions: /);
  });
});

async function call(argv: readonly string[], archives: readonly FakeArchive[]) {
  const terminal = stringTerminal();
  const code = await runSessions(argv, terminal, async () => archives);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

function jsonLines(text: string): Array<Record<string, unknown>> {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** A terminal at which somebody types these lines, then ends the input. */
function askedTerminal(...lines: readonly string[]): StringTerminal {
  const terminal = stringTerminal(...lines);
  if (lines.length === 0) terminal.stdin.end();
  terminal.stdin.isTTY = true;
  terminal.stderr.isTTY = true;
  return terminal;
}

/** A pipe whose reader leaves after so many lines. */
class LeavingReader extends Writable {
  lines = 0;
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _write(_chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.lines === this.#most) done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    else {
      this.lines += 1;
      done();
    }
  }
}

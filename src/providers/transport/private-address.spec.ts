import assert from "node:assert/strict";
import { isPrivateAddress } from "./private-address.ts";

describe("isPrivateAddress", () => {
  it("knows what leads into private networks, in whatever form", () => {
    for (const address of [
      // One's own machine.
      ...["http://127.0.0.1/a.png", "http://127.9.9.9:8080", "https://0.0.0.0", "http://[::1]/"],
      ...["http://localhost/", "http://LOCALHOST.:80/", "http://a.localhost", "http://[::]"],
      // Metadata of clouds.
      ...["http://169.254.169.254/latest/meta-data", "http://metadata.google.internal/"],
      ...["http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://192.0.0.192"],
      // Private networks.
      ...["http://10.1.2.3", "http://172.16.0.1", "http://172.31.255.255", "http://192.168.1.1"],
      ...["http://[fe80::1]", "http://[fdff::1]", "http://[fc00::1]", "http://[fec0::1]"],
      ...[
        "http://printer.local/",
        "http://minio/x.png",
        "http://minio.default.svc",
        "http://a.lan",
      ],
      ...[
        "http://minio.default.svc.cluster.local.",
        "http://nas.home.arpa",
        "http://255.255.255.255",
      ],
      // The same in other forms.
      ...[
        "http://2130706433/",
        "http://0177.0.0.1",
        "http://0x7f.1",
        "http://0x7f000001",
        "http://127.1",
      ],
      ...["http://[::ffff:127.0.0.1]", "http://[::ffff:a9fe:a9fe]", "http://[::127.0.0.1]"],
      ...[
        "http://[64:ff9b::a00:1]",
        "http://[2002:a00:1::]",
        "http://①②⑦.0.0.1",
        "http://127.0.0.1.",
      ],
      ...[
        "http://me@127.0.0.1/",
        "http://example.org@127.0.0.1/",
        "http:127.0.0.1",
        "http:///127.0.0.1",
      ],
      // What some read as another address than others.
      ...[
        "http://010.8.8.8",
        "http://134744072",
        "http://127.0.0.1\\@example.org",
        "http://exam ple.org",
      ],
      ...["http://example.org\n.evil", " http://example.org"],
      // No address of the web.
      ...[
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "ftp://example.org/a.png",
        "gopher://example.org",
      ],
      ...["/etc/passwd", "a.png", "", "//example.org/a.png", "blob:https://example.org/1"],
    ]) {
      assert.equal(isPrivateAddress(address), true, address);
    }
  });

  it("takes public addresses", () => {
    for (const address of [
      ...[
        "https://example.org/a.png?b=127.0.0.1",
        "http://EXAMPLE.org:8080",
        "https://xn--bcher-kva.example",
      ],
      ...[
        "https://bücher.example/ä.png",
        "http://8.8.8.8/",
        "https://172.32.0.1",
        "http://172.15.0.1",
      ],
      ...["http://[2606:4700::6810:85e5]/a.png", "http://100.128.0.1", "http://11.0.0.1"],
      ...[
        "https://internal.example.org",
        "https://local.example",
        "https://me:pw@example.org/a.png",
      ],
      "http://example.org#@127.0.0.1/",
    ]) {
      assert.equal(isPrivateAddress(address), false, address);
    }
  });
});

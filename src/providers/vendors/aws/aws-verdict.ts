import { blind } from "../../errors/provider-verdict.ts";
import type { VendorError } from "../../errors/vendor-error.ts";
import { organisers, passing, type Verdict, verdicts } from "../../errors/verdicts.ts";

/** Where a call to AWS went, for people. */
export interface AwsTarget {
  readonly region: string;
  /** What was asked for: a model, or an endpoint. */
  readonly target: string;
  /** Whether the answer had begun when it failed. */
  readonly hasBegun?: boolean;
}

type Judge = (error: VendorError, target: AwsTarget) => Verdict;

/** What AWS's names of errors mean. The first that fits counts. */
const meanings: readonly (readonly [RegExp, Judge])[] = [
  [
    /^(UnrecognizedClient|InvalidSignature|InvalidClientTokenId|IncompleteSignature|MissingAuthenticationToken|SignatureDoesNotMatch)/,
    refusedKey,
  ],
  [/^(ExpiredToken|RequestExpired|TokenRefreshRequired)/, expired],
  [/^(CredentialsProviderError|TokenProviderError|CredentialsError)$/, noIdentity],
  [/^AccessDenied|^UnauthorizedException|^NotAuthorized/, accessDenied],
  [/^(Throttling|TooManyRequests|RequestLimitExceeded|SlowDown)/, throttled],
  [/^ServiceQuotaExceeded|^LimitExceeded/, quotaExceeded],
  [/^ModelNotReady/, () => verdicts.loading],
  [/^ModelTimeout/, () => verdicts.modelTimeout()],
  [/^(ModelStreamError|InternalStreamFailure)/, brokenStream],
  [/^(ServiceUnavailable|InternalServer|InternalFailure|InternalDependency)/, unavailable],
  [/^(ResourceNotFound|NotFound)/, notFound],
  [/^Validation/, invalid],
];

/** Decides what an error of AWS means; undefined for what no name of AWS's stands on. */
export function judgeAws(error: VendorError, target: AwsTarget): Verdict | undefined {
  for (const [name, judge] of meanings) {
    if (error.codes.some((code) => name.test(code))) return judge(error, target);
  }
  if (isCut(error, target)) return brokenStream();
  return error.status === 200
    ? organisers("INTERNAL", "malformed", "its answer cannot be read.")
    : undefined;
}

function isCut({ codes, sentence, status }: VendorError, { hasBegun }: AwsTarget): boolean {
  const isBroken = codes.some((code) =>
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test(code),
  );
  if (hasBegun) return isBroken || /^Truncated event message/.test(sentence);
  return isBroken && status === 200;
}

function brokenStream(): Verdict {
  return passing("UNAVAILABLE", "broken-stream", "its answer broke off before its end.");
}

function refusedKey(): Verdict {
  return organisers(
    "UNAUTHENTICATED",
    "access",
    "AWS does not take the key. Check accessKey, or the IAM credentials of this machine.",
  );
}

function expired(): Verdict {
  return organisers(
    "UNAUTHENTICATED",
    "access",
    "the credentials have expired. Renew them, and check this machine's clock.",
  );
}

function noIdentity(): Verdict {
  return organisers(
    "UNAUTHENTICATED",
    "access",
    "no IAM credentials were found. Set accessKey, or give this machine a role or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}

function accessDenied({ sentence }: VendorError, { region, target }: AwsTarget): Verdict {
  const denied = (problem: string) => organisers("PERMISSION_DENIED", "access", problem);
  // An API key is refused by the same name as a role.
  if (/authentication failed|api key|token has expired/i.test(sentence)) return refusedKey();
  // Only the names of AWS's own actions: the rest of the sentence has accounts and roles in it.
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(sentence)?.[1];
  if (action !== undefined && !action.startsWith("aws-marketplace")) {
    const explicit = /explicit deny/.test(sentence) ? "a policy denies" : "no policy allows";
    return denied(
      `${explicit} ${action} on ${JSON.stringify(target)}. Change the role's policies.`,
    );
  }
  if (/marketplace|subscri|payment/i.test(sentence)) {
    return denied(
      `the account has no subscription to ${JSON.stringify(target)}. The role needs aws-marketplace:Subscribe and ViewSubscriptions, the account a valid payment method; the first call may take 15 minutes to take effect.`,
    );
  }
  if (/access to the model/i.test(sentence)) {
    return denied(
      `the account has no access to ${JSON.stringify(target)} in ${region}. Check the model's agreement and the region.`,
    );
  }
  return denied(`the role may not use ${JSON.stringify(target)} in ${region}. Check its policies.`);
}

function throttled({ sentence }: VendorError): Verdict {
  if (/per day/i.test(sentence))
    return organisers(
      "RESOURCE_EXHAUSTED",
      "quota",
      "the account's tokens of this day are used up. Ask AWS for more, or use another model.",
    );
  return verdicts.rateLimit();
}

function quotaExceeded(): Verdict {
  return organisers(
    "RESOURCE_EXHAUSTED",
    "quota",
    "a service quota of the account is used up. Ask AWS for a higher one.",
  );
}

function unavailable({ status }: VendorError): Verdict {
  return verdicts.unavailable(` (${status ?? "within the answer"})`);
}

function notFound({ sentence }: VendorError, { region, target }: AwsTarget): Verdict {
  if (/use case details/i.test(sentence)) {
    return organisers(
      "PERMISSION_DENIED",
      "access",
      "Anthropic's form about the use case is not filled in. Send it once in the Bedrock console.",
    );
  }
  return unknownTarget(region, target);
}

function unknownTarget(region: string, target: string): Verdict {
  return organisers(
    "NOT_FOUND",
    "not-found",
    `no ${JSON.stringify(target)} in ${region}. Check its name and the region.`,
  );
}

function invalid({ sentence }: VendorError, { region, target }: AwsTarget): Verdict {
  if (
    /too long|too many (input )?tokens|context (length|window|limit)|maximum.{0,40}tokens|exceed.{0,40}(tokens|context)/i.test(
      sentence,
    )
  ) {
    return verdicts.contextLength();
  }
  if (blind.test(sentence)) return verdicts.blind(target);
  if (/on-demand throughput/i.test(sentence)) {
    return organisers(
      "FAILED_PRECONDITION",
      "not-found",
      `${JSON.stringify(target)} is served by inference profiles only. Name one, such as ${JSON.stringify(`${geographyOf(region)}.${target}`)}.`,
    );
  }
  if (
    /model identifier is invalid|Endpoint .* not found|inference profile.*(invalid|not found)/i.test(
      sentence,
    )
  ) {
    return unknownTarget(region, target);
  }
  return verdicts.badRequest();
}

function geographyOf(region: string): string {
  const start = region.split("-")[0] ?? "";
  return start === "ap" ? "apac" : start;
}

import { withoutSecrets } from "../providers/without-secrets.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import type { Endpoint } from "./sagemaker-endpoint.ts";

/** Says what an endpoint's state means for those who want to ask its model. */
export function checkEndpoint(check: string, endpoint: Endpoint): Finding {
  const { status = "unknown", failureReason, instances } = endpoint;
  const why = withoutSecrets(failureReason, []);
  const said = why && `: ${why}`;
  const machines = instances.map(({ type, current }) => `${current} × ${type}`).join(", ");
  switch (status) {
    case "InService":
      return ok(check, `InService on ${machines || "no instance of its own"}`);
    case "Updating":
    case "SystemUpdating":
    case "RollingBack":
      return warning(
        check,
        `${status}; it answers meanwhile as before`,
        "Wait until it is InService before a study.",
      );
    case "Creating":
      return warning(check, "Creating; it does not answer yet", "Wait until it is InService.");
    case "Failed":
      return problem(check, `Failed${said}`, remedyOf(failureReason));
    case "UpdateRollbackFailed":
      return problem(
        check,
        `UpdateRollbackFailed${said}`,
        "Create it again; an update and its way back have failed.",
      );
    case "OutOfService":
      return problem(check, `OutOfService${said}`, "Update it, or create it again.");
    case "Deleting":
      return problem(check, "is being deleted", "Create it again, or name another endpoint.");
    default:
      return warning(check, `its state is ${status}`, "See the SageMaker console.");
  }
}

function remedyOf(failureReason: string): string {
  return /ResourceLimitExceeded|limit|quota/i.test(failureReason)
    ? "Ask Service Quotas for more instances of its type, and create it again."
    : "See its log group in CloudWatch, delete it and create it again.";
}

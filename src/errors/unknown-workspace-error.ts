import { ArenaError } from "./arena-error.ts";
import { nearestName } from "./nearest-name.ts";
import { shownText } from "./shown-text.ts";

/** A workspace was named that the configuration does not have. */
export class UnknownWorkspaceError extends ArenaError {
  override readonly name = "UnknownWorkspaceError";

  constructor(workspace: string, known: readonly string[]) {
    const nearest = nearestName(workspace, known);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    super(
      "NOT_FOUND",
      `There is no workspace ${shownText(workspace)}.${hint} Workspaces stand in the configuration file, under workspaces.`,
      { participantText: "This AI is not set up. Please tell the organisers." },
    );
  }
}

/** What stands in the way of a commit: a code of docs/errors.md, and where in which file. */
export interface RepoFault {
  code:
    | "FLEET_REPO_UNREACHABLE"
    | "FLEET_HISTORY_REWRITTEN"
    | "FLEET_FILE_TOO_LARGE"
    | "FLEET_FILE_CONFLICT"
    | "FLEET_FILE_INVALID"
    | "FLEET_MODEL_UNKNOWN"
    | "FLEET_MODEL_NOT_APPROVED"
    | "FLEET_MODEL_REVOKED";
  /** Path in the repository, and line, where the fault has a place. */
  file: string | null;
  line: number | null;
  message: string;
}

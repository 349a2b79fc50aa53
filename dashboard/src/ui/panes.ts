/** A page of a list and what is open of it: side by side; on a phone, one above the other. */
export const PANES = "flex min-h-0 flex-1 max-sm:flex-col";

/** The list of such a page. */
export const LIST_PANE =
  "shrink-0 overflow-y-auto border-r max-sm:max-h-[35%] max-sm:w-full max-sm:border-r-0 max-sm:border-b";

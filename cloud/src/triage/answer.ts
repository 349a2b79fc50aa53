import type { Box } from "@sentinel/protocol/box";

/** What a person says about an item. */
export interface Answer {
  /** Made by the person's page, so that an answer that is sent twice counts once. */
  annotationId: string;
  itemId: string;
  verdict: "accept" | "reject" | "class" | "boxes" | "duplicate";
  /** What is there; none for `reject` and `duplicate`. */
  boxes: { classId: number; box: Box }[];
  decisionMs: number | null;
}

/** One thing that an answer says is there, by name; the box in fractions of the picture. */
export interface SaidBox {
  classId: number;
  className: string;
  box: Box;
}

import { useRef } from "react";

/**
 * A query's error that stands until there is an answer: while the query is tried again by itself,
 * the page must not go back and forth between error and skeleton.
 */
export function useStandingError<E>({ data, error }: { data: unknown; error: E | null }): E | null {
  const standing = useRef<E | null>(null);
  if (error !== null) standing.current = error;
  if (data !== undefined) standing.current = null;
  return standing.current;
}

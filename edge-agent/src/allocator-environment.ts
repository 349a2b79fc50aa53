/**
 * Environment that whoever starts the agent should give it on Linux with glibc. Frames, crops and
 * JPEG files are large, short-lived buffers; glibc's defaults (an arena a thread, and a threshold for
 * mmap that grows with every large buffer freed) spread them over its heaps and never give the holes
 * back. Ten cameras with previews: 450 MB after four minutes and flat, instead of 600 MB and growing
 * (mallopt(3): M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD). It works only from the start of a
 * process, so the agent cannot do it for itself.
 */
export const ALLOCATOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

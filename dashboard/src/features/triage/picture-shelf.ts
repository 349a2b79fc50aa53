/** A picture that is ready to be drawn, or why it never will be. */
export type ShelfPicture = ImageBitmap | "failed";

/**
 * Decoded pictures of the questions that are near: the next one is drawn at once, not decoded when
 * it is wanted.
 */
export class PictureShelf {
  readonly #pictures = new Map<string, ShelfPicture | "loading">();
  readonly #listeners = new Set<() => void>();

  /** Calls back whenever a picture has come, until the returned function is called. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The picture of this SHA-256, or null while it is on its way. */
  picture(sha256: string): ShelfPicture | null {
    const picture = this.#pictures.get(sha256);
    return picture === undefined || picture === "loading" ? null : picture;
  }

  /** Keeps these and no others; those that are not there are fetched and decoded. */
  keep(sha256s: readonly string[]): void {
    const wanted = new Set(sha256s);
    for (const [sha256, picture] of this.#pictures) {
      if (wanted.has(sha256)) continue;
      if (picture instanceof ImageBitmap) picture.close();
      this.#pictures.delete(sha256);
    }
    for (const sha256 of wanted) {
      if (this.#pictures.has(sha256)) continue;
      this.#pictures.set(sha256, "loading");
      void this.#load(sha256);
    }
  }

  /** Fetches a picture anew that has failed. */
  retry(sha256: string): void {
    if (this.#pictures.get(sha256) !== "failed") return;
    this.#pictures.set(sha256, "loading");
    this.#tell();
    void this.#load(sha256);
  }

  async #load(sha256: string): Promise<void> {
    const picture = await fetchPicture(sha256).catch(() => "failed" as const);
    // Another question may have come meanwhile.
    if (this.#pictures.get(sha256) !== "loading") {
      if (picture !== "failed") picture.close();
      return;
    }
    this.#pictures.set(sha256, picture);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function fetchPicture(sha256: string): Promise<ImageBitmap> {
  const response = await fetch(`/api/snapshots/${sha256}.jpg`);
  if (!response.ok) throw new Error(`answered ${response.status}`);
  return await createImageBitmap(await response.blob());
}

import { signInClient } from "./sign-in-client.ts";

/** Ends the session and shows the sign-in page, with nothing of the person left in memory. */
export async function leave(): Promise<void> {
  await signInClient.signOut();
  location.assign("/live");
}

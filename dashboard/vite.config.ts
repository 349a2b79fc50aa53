import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm start` serves the cloud while the dashboard is worked on with `npm run dev`. */
const CLOUD = "http://127.0.0.1:8480";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // Nothing is inlined as a data: address: fonts and pictures are files of this server, so that the
    // cloud's content security policy can do with 'self' for them.
    assetsInlineLimit: 0,
    // The first versions with light-dark(), which the two themes are written in.
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: CLOUD, ws: true } },
  },
});

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import "./app/styles.css";
import { Connection } from "./connection/connection.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

const connection = new Connection();
connection.start();
createRoot(root).render(
  <StrictMode>
    <App connection={connection} />
  </StrictMode>,
);

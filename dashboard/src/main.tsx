import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Gate } from "./app/gate.tsx";
import "./app/styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <Gate />
  </StrictMode>,
);

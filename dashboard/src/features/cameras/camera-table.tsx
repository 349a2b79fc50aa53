import { useRef, useState } from "react";
import { type CameraSetting, cameraKey } from "../../connection/api.ts";
import { FIELD } from "../../ui/form-parts.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { CameraRow } from "./camera-row.tsx";

/** More cameras than this are looked for by name. */
const MANY = 12;

const COLUMNS = [
  { name: "Camera", hides: "" },
  { name: "State", hides: "@max-2xl:hidden" },
  { name: "Picture", hides: "@max-5xl:hidden" },
  { name: "Address", hides: "@max-4xl:hidden" },
  { name: "Asked for", hides: "@max-2xl:hidden" },
] as const;

interface CameraTableProps {
  cameras: readonly CameraSetting[];
  open: string | null;
  onOpen: (key: string) => void;
}

/** The cameras, by node; many can be narrowed to a few (`/`). */
export function CameraTable({ cameras, open, onOpen }: CameraTableProps) {
  const [sought, setSought] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": () => field.current?.focus() });
  const words = sought.trim().toLowerCase();
  const found = cameras.filter(({ nodeId, cameraId, name }) =>
    `${name} ${nodeId} / ${cameraId}`.toLowerCase().includes(words),
  );
  return (
    <>
      {cameras.length > MANY ? (
        <div className="border-b px-4 py-2">
          <input
            ref={field}
            type="search"
            aria-label="Find a camera"
            placeholder="Find a camera by name or node ( / )"
            className={`${FIELD} max-w-80`}
            value={sought}
            onChange={({ target }) => setSought(target.value)}
          />
        </div>
      ) : null}
      <table className="w-full text-left">
        <thead className="sticky top-0 z-10 bg-canvas">
          <tr className="border-b text-xs text-dim">
            {COLUMNS.map(({ name, hides }) => (
              <th
                key={name}
                scope="col"
                className={`h-8 px-3 font-medium whitespace-nowrap first:pl-4 ${hides}`}
              >
                {name}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map((camera) => (
            <CameraRow
              key={cameraKey(camera)}
              camera={camera}
              selected={cameraKey(camera) === open}
              onEdit={() => onOpen(cameraKey(camera))}
            />
          ))}
        </tbody>
      </table>
      {found.length === 0 ? (
        <p className="px-4 py-3 text-dim">No camera has that in its name or node.</p>
      ) : null}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Cctv, type LucideIcon, Monitor, Moon, Radar, Server, Sun } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { cameraKey, useTRPC } from "../connection/api.ts";
import { setTheme } from "../ui/theme.ts";
import { PAGES } from "./pages.ts";

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

interface EntryProps {
  icon: LucideIcon;
  words: string;
  hint?: string;
  onSelect: () => void;
}

function Entry({ icon: Icon, words, hint, onSelect }: EntryProps) {
  return (
    <Command.Item
      value={`${words} ${hint ?? ""}`}
      onSelect={onSelect}
      className="flex h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover"
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-dim" />
      <span className="truncate">{words}</span>
      {hint === undefined ? null : <span className="ml-auto text-xs text-dim">{hint}</span>}
    </Command.Item>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}

/** Everything that one can go to or change, by typing. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  const navigate = useNavigate();
  const trpc = useTRPC();
  const cameras = useQuery(trpc.cameras.list.queryOptions(undefined, { enabled: open })).data ?? [];
  const nodes = useQuery(trpc.nodes.list.queryOptions(undefined, { enabled: open })).data ?? [];
  const classes =
    useQuery(trpc.events.classes.queryOptions(undefined, { enabled: open })).data ?? [];
  const version = useQuery(trpc.system.info.queryOptions(undefined, { enabled: open })).data
    ?.version;
  const act = (action: () => void) => () => {
    onOpenChange(false);
    action();
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-md border border-line-strong bg-raised outline-none"
        >
          <Dialog.Title className="sr-only">Search or go to</Dialog.Title>
          <Command label="Search or go to" loop>
            <Command.Input
              placeholder="Go to a page, a camera, a node, events of a class"
              className="h-11 w-full border-b bg-transparent px-4 text-base outline-none placeholder:text-faint"
            />
            <Command.List className="max-h-[50dvh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-dim">
                Nothing is called so.
              </Command.Empty>
              <Group heading="Pages">
                {PAGES.map(({ to, name, icon }) => (
                  <Entry
                    key={to}
                    icon={icon}
                    words={name}
                    onSelect={act(() => void navigate({ to }))}
                  />
                ))}
              </Group>
              {cameras.length === 0 ? null : (
                <Group heading="Cameras">
                  {cameras.map(({ nodeId, cameraId, name }) => (
                    <Entry
                      key={cameraKey({ nodeId, cameraId })}
                      icon={Cctv}
                      words={name}
                      hint={`${nodeId} / ${cameraId}`}
                      onSelect={act(
                        () =>
                          void navigate({
                            to: "/live/$nodeId/$cameraId",
                            params: { nodeId, cameraId },
                          }),
                      )}
                    />
                  ))}
                </Group>
              )}
              {classes.length === 0 ? null : (
                <Group heading="Events">
                  {classes.map(({ className }) => (
                    <Entry
                      key={className}
                      icon={Radar}
                      words={`Events of ${className}`}
                      onSelect={act(
                        () => void navigate({ to: "/events", search: { class: [className] } }),
                      )}
                    />
                  ))}
                </Group>
              )}
              {nodes.length === 0 ? null : (
                <Group heading="Nodes">
                  {nodes.map(({ nodeId, online }) => (
                    <Entry
                      key={nodeId}
                      icon={Server}
                      words={nodeId}
                      hint={online ? "online" : "offline"}
                      onSelect={act(
                        () => void navigate({ to: "/nodes", search: { node: nodeId } }),
                      )}
                    />
                  ))}
                </Group>
              )}
              <Group heading="Theme">
                <Entry icon={Moon} words="Dark theme" onSelect={act(() => setTheme("dark"))} />
                <Entry icon={Sun} words="Light theme" onSelect={act(() => setTheme("light"))} />
                <Entry
                  icon={Monitor}
                  words="Theme of the system"
                  onSelect={act(() => setTheme("system"))}
                />
              </Group>
            </Command.List>
            <p className="flex h-8 items-center justify-between border-t px-3 text-2xs text-faint">
              <span>↑↓ choose · Enter go · Esc close</span>
              <span>{version === undefined ? "" : `Sentinel ${version}`}</span>
            </p>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

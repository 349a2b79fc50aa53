import { ChevronDown, ChevronUp, X } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";

interface EventControlsProps {
  /** Absent where there is none. */
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
  onClose: () => void;
}

interface ControlProps {
  name: string;
  shortcut: string;
  icon: typeof X;
  onPress: (() => void) | undefined;
}

function Control({ name, shortcut, icon: Icon, onPress }: ControlProps) {
  return (
    <Tooltip
      content={
        <>
          {name} <Kbd>{shortcut}</Kbd>
        </>
      }
    >
      <Button
        variant="ghost"
        size="icon"
        aria-label={name}
        disabled={onPress === undefined}
        onClick={onPress}
      >
        <Icon />
      </Button>
    </Tooltip>
  );
}

/** From the open event to its neighbours in the list, and back. */
export function EventControls({ onNewer, onOlder, onClose }: EventControlsProps) {
  return (
    <>
      <Control name="Newer event" shortcut="K" icon={ChevronUp} onPress={onNewer} />
      <Control name="Older event" shortcut="J" icon={ChevronDown} onPress={onOlder} />
      <Control name="Close event" shortcut="Esc" icon={X} onPress={onClose} />
    </>
  );
}

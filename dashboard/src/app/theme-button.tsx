import { Monitor, Moon, Sun } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { setTheme, type Theme, useTheme } from "../ui/theme.ts";
import { Tooltip } from "../ui/tooltip.tsx";

const NEXT: Record<Theme, Theme> = { system: "dark", dark: "light", light: "system" };
const WORDS: Record<Theme, string> = {
  system: "Theme of the system",
  dark: "Dark theme",
  light: "Light theme",
};
const ICONS = { system: Monitor, dark: Moon, light: Sun };

/** Goes round the themes: the system's, dark, light. */
export function ThemeButton() {
  const theme = useTheme();
  const Icon = ICONS[theme];
  return (
    <Tooltip content={WORDS[theme]}>
      <Button
        variant="ghost"
        size="icon"
        aria-label={`${WORDS[theme]}; change`}
        onClick={() => setTheme(NEXT[theme])}
      >
        <Icon />
      </Button>
    </Tooltip>
  );
}

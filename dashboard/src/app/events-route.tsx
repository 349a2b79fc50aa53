import { useSearch } from "@tanstack/react-router";
import { EventsPage } from "../features/events/events-page.tsx";

/** `/events`, with its filters. */
export function EventsRoute() {
  return <EventsPage search={useSearch({ from: "/events" })} />;
}

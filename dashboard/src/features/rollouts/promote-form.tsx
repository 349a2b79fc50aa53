import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { shortDigest } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { useChannels, usePromotable, useRolloutChanges } from "./use-rollouts.ts";

interface PromoteFormProps {
  /** The model that is meant; a person may choose another one. */
  model?: string | undefined;
  onClose: () => void;
}

/** Names a model for a channel, with the reason: a commit by the person. */
export function PromoteForm({ model, onClose }: PromoteFormProps) {
  const { data: channels } = useChannels();
  const { data: models } = usePromotable();
  return (
    <SidePanel title="Promote a model" onClose={onClose}>
      {channels === undefined || models === undefined ? (
        <div className="skeleton h-40" />
      ) : channels.length === 0 ? (
        <p className="text-dim">
          There is no channel: commit a file channels/stable.yaml to the fleet's repository.
        </p>
      ) : models.length === 0 ? (
        <p className="text-dim">No model is approved yet; approve one on the page Models.</p>
      ) : (
        <Fields
          channels={channels.map(({ channel, digest }) => ({ channel, digest }))}
          models={models}
          model={model}
          onClose={onClose}
        />
      )}
    </SidePanel>
  );
}

interface FieldsProps {
  channels: readonly { channel: string; digest: string | null }[];
  models: readonly { digest: string; name: string }[];
  model: string | undefined;
  onClose: () => void;
}

function Fields({ channels, models, model, onClose }: FieldsProps) {
  const ids = { channel: useId(), model: useId(), reason: useId() };
  const { promote } = useRolloutChanges();
  const [channel, setChannel] = useState(channels[0]?.channel ?? "");
  const current = channels.find((known) => known.channel === channel)?.digest;
  const offered = models.filter(({ digest }) => digest !== current);
  const [chosen, setChosen] = useState<string | null>(null);
  const meant = offered.find((known) => known.digest === model);
  const digest = chosen ?? meant?.digest ?? offered[0]?.digest ?? "";
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    promote.mutate(
      { channel, digest, reason },
      {
        onSuccess: ({ commit }) => {
          toast(`Commit ${shortDigest(commit)} names the model; its rollout begins.`);
          onClose();
        },
      },
    );
  };
  if (offered.length === 0) {
    return <p className="text-dim">The channel names the only model that is approved.</p>;
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <FieldRow id={ids.channel} label="Channel">
        <select
          id={ids.channel}
          className={FIELD}
          value={channel}
          onChange={(event) => setChannel(event.target.value)}
        >
          {channels.map((known) => (
            <option key={known.channel}>{known.channel}</option>
          ))}
        </select>
      </FieldRow>
      <FieldRow id={ids.model} label="Model" hint={shortDigest(digest)}>
        <select
          id={ids.model}
          className={FIELD}
          value={digest}
          onChange={(event) => setChosen(event.target.value)}
        >
          {offered.map((known) => (
            <option key={known.digest} value={known.digest}>
              {known.name}
            </option>
          ))}
        </select>
      </FieldRow>
      <FieldRow
        id={ids.reason}
        label="Reason"
        hint="Stands in the commit and in what nodes are told."
      >
        <input
          id={ids.reason}
          className={FIELD}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </FieldRow>
      <FormError error={promote.error} />
      <Button
        type="submit"
        variant="solid"
        className="justify-center"
        disabled={promote.isPending || reason.trim() === ""}
      >
        {promote.isPending ? "Commits…" : "Promote"}
      </Button>
    </form>
  );
}

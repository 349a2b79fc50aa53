import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { AgeText, UntilText } from "../../clock/age-text.tsx";
import { useNow } from "../../clock/use-now.ts";
import { plural } from "../../format/amount.ts";
import { formatMoment } from "../../format/moment.ts";
import { usePerson } from "../../people/person.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-parts.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { DataTable, RowsToCome } from "./data-table.tsx";
import { SecretOnce } from "./secret-once.tsx";
import { TokenForm } from "./token-form.tsx";
import { type ApiToken, usePeopleChanges, useTokens } from "./use-people.ts";

const COLUMNS = ["Name", "May do", "Holds", "Last used", "Made", ""] as const;

/** Programs that speak in one's name: the command line, a script, another system. */
export function TokenList() {
  const query = useTokens();
  const error = useStandingError(query);
  const { id } = usePerson();
  const now = useNow(60_000);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ token: string; expiresAt: number } | null>(null);
  const { data: tokens } = query;
  if (tokens === undefined) {
    if (error === null) return <RowsToCome what="your tokens" />;
    return (
      <QueryFailed
        what="Your tokens"
        error={error}
        stillWorks="Programs go on with theirs."
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">{plural(tokens.length, "token")}</span>
        {id === "guest" ? null : (
          <Button variant="solid" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" />
            Make token
          </Button>
        )}
      </TopBarSlot>
      <div className="min-w-0 flex-1 overflow-auto">
        {made === null ? null : (
          <SecretOnce
            what="Token"
            secret={made.token}
            hint={`The command line takes it as SENTINEL_TOKEN. It holds until ${formatMoment(made.expiresAt, now)}.`}
            onClose={() => setMade(null)}
          />
        )}
        {tokens.length === 0 ? (
          <Message icon={<KeyRound />} title="No tokens yet">
            <p>
              A program speaks in your name with one, and may never do more than you. On the machine
              of <code>npm start</code> the command line needs none.
            </p>
          </Message>
        ) : (
          <DataTable columns={COLUMNS}>
            {tokens.map((token) => (
              <TokenRow key={token.tokenId} token={token} now={now} />
            ))}
          </DataTable>
        )}
      </div>
      {adding ? (
        <TokenForm
          onClose={() => setAdding(false)}
          onMade={(token) => {
            setAdding(false);
            setMade(token);
          }}
        />
      ) : null}
    </div>
  );
}

function TokenRow({ token, now }: { token: ApiToken; now: number }) {
  const { revokeToken } = usePeopleChanges();
  const over = token.revokedAt !== null || token.expiresAt <= now;
  return (
    <tr>
      <td className="max-w-80 truncate font-medium">{token.name}</td>
      <td>{token.role}</td>
      <td>
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <StatusMark tone={over ? "unknown" : "live"} />
          {token.revokedAt !== null ? (
            "Revoked"
          ) : over ? (
            "Too old"
          ) : (
            <>
              ends <UntilText at={token.expiresAt} />
            </>
          )}
        </span>
      </td>
      <td className="whitespace-nowrap text-dim">
        {token.lastUsedAt === null ? "Never" : <AgeText at={token.lastUsedAt} />}
      </td>
      <td className="whitespace-nowrap text-dim">
        <AgeText at={token.createdAt} />
      </td>
      <td className="text-right">
        {over ? null : (
          <Button
            disabled={revokeToken.isPending}
            onClick={() => revokeToken.mutate({ tokenId: token.tokenId })}
          >
            Revoke
          </Button>
        )}
        <FormError error={revokeToken.error} />
      </td>
    </tr>
  );
}

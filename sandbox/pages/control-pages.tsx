import type { FC } from "hono/jsx";
import type { Fault } from "../api/faults.ts";
import type { HookDelivery } from "../webhooks/delivery.ts";
import { Csrf, Layout, When } from "./layout.tsx";
import type { Visit } from "./visit.ts";

const SHOWN = 100;

/** What was sent to Apps, newest first. */
export function deliveriesPage(visit: Visit) {
  const deliveries = [...visit.stage.webhooks.deliveries()].reverse().slice(0, SHOWN);
  return (
    <Layout visit={visit} title="Webhooks">
      <h1>Webhooks</h1>
      <section class="box">
        <ul>
          {deliveries.map((delivery) => (
            <Delivery visit={visit} delivery={delivery} />
          ))}
          {deliveries.length === 0 ? <li class="mute">Nothing was sent yet.</li> : null}
        </ul>
      </section>
    </Layout>
  );
}

const Delivery: FC<{ visit: Visit; delivery: HookDelivery }> = ({ visit, delivery }) => (
  <li>
    <div class="row">
      <span class={`pill ${delivery.statusCode < 300 ? "good" : "bad"}`}>
        {delivery.statusCode}
      </span>
      <b>{delivery.event}</b> {delivery.action ?? ""}
      {delivery.redelivery ? <span class="tag">again</span> : null}
      <When at={delivery.deliveredAt} />
      <form class="right" method="post" action={`/-/deliveries/${delivery.id}`}>
        <Csrf visit={visit} />
        <button type="submit">Redeliver</button>
      </form>
    </div>
    <details>
      <summary class="mute">
        <code>{delivery.guid}</code> {delivery.status}
      </summary>
      <pre class="file">{pretty(delivery.body)}</pre>
    </details>
  </li>
);

function pretty(body: string): string {
  const value: unknown = JSON.parse(body);
  return JSON.stringify(value, null, 2);
}

/** Every request that reached the API, newest first, and what could not be served. */
export function requestsPage(visit: Visit) {
  const { recorder } = visit.stage;
  const counted = recorder.counted();
  return (
    <Layout visit={visit} title="Requests">
      <h1>Requests</h1>
      <p class="mute">
        {counted.length} counted, {counted.filter((request) => request.write).length} of them
        writes. Tokens, git and pages do not count.
      </p>
      {recorder.complaints.map((complaint) => (
        <p class="flash">{complaint}</p>
      ))}
      <table class="plain">
        <tr>
          <th>status</th>
          <th>kind</th>
          <th>what</th>
          <th>by</th>
        </tr>
        {[...recorder.requests]
          .reverse()
          .slice(0, SHOWN)
          .map((request) => (
            <tr>
              <td>{request.status}</td>
              <td>{request.kind}</td>
              <td class="mono">{request.what}</td>
              <td>{request.caller}</td>
            </tr>
          ))}
      </table>
    </Layout>
  );
}

/** Faults that can be armed by a click. The others need more than a click: `POST /_sandbox/faults`. */
export const CLICKABLE: Readonly<Record<string, Fault>> = {
  "latency (2 s)": { kind: "latency", ms: 2000 },
  "502 before the effect": { kind: "bad-gateway-before" },
  "502 after the effect": { kind: "bad-gateway-after" },
  "reset before the effect": { kind: "reset-before" },
  "reset after the effect": { kind: "reset-after" },
  "secondary limit (retry-after 5 s)": { kind: "secondary-limit", retryAfter: 5 },
  "429 (retry-after 5 s)": { kind: "too-many-requests", retryAfter: 5 },
  "combined mutations refused": { kind: "combined-refused", message: "Something went wrong" },
  "webhook lost": { kind: "webhook-lost" },
  "webhook doubled": { kind: "webhook-doubled" },
  "webhook late (5 s)": { kind: "webhook-late", ms: 5000 },
};

export function faultsPage(visit: Visit) {
  const fired = [...visit.stage.faults.fired];
  return (
    <Layout visit={visit} title="Faults">
      <h1>Faults</h1>
      <p class="mute">An armed fault strikes the next requests that fit.</p>
      <form class="box" method="post" action="/-/faults">
        <div class="in row">
          <Csrf visit={visit} />
          <select name="fault" aria-label="Fault">
            {Object.keys(CLICKABLE).map((name) => (
              <option>{name}</option>
            ))}
          </select>
          <label>
            at <input name="at" placeholder="any request, or createRef, push, …" size={30} />
          </label>
          <label>
            times <input name="times" type="number" min={1} max={1000} value="1" />
          </label>
          <button class="go" type="submit" name="action" value="arm">
            Arm
          </button>
          <button class="no" type="submit" name="action" value="clear">
            Clear all
          </button>
        </div>
      </form>
      <h2>Fired</h2>
      <ul>
        {fired.map(([kind, times]) => (
          <li>
            {kind}: {times}
          </li>
        ))}
        {fired.length === 0 ? <li class="mute">none</li> : null}
      </ul>
    </Layout>
  );
}

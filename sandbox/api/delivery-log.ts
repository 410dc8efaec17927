/** One webhook that was sent for an App, as `GET /app/hook/deliveries` tells it. */
export interface LoggedDelivery {
  readonly id: number;
  /** `X-GitHub-Delivery`: the same for every attempt. */
  readonly guid: string;
  /** RFC 3339. */
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  /** Seconds. */
  readonly duration: number;
  /** GitHub's word for how it ended: `OK`, `failed to connect to host`, … */
  readonly status: string;
  /** 502: nobody answered; 504: not in time. */
  readonly statusCode: number;
  readonly event: string;
  readonly action: string | null;
  readonly installation: number | null;
  readonly repo: number | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The webhook room, as this door needs it. */
export interface DeliveryLog {
  /** Newest first; each attempt is one of its own. Older ones than GitHub remembers are gone. */
  list(app: number): readonly LoggedDelivery[];
  /** Sends it again with the same guid. */
  redeliver(app: number, delivery: number): Promise<void>;
}

import { connect, type Socket } from "node:net";

/** What came back for one post. */
export interface PostAnswer {
  readonly status: number;
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";

/**
 * One connection that is kept, and posts one body after the other. Of HTTP/1.1 it knows what this needs: the bench shares its
 * machine with the app, and a whole client would take from the app what is to be measured.
 */
export class HookConnection {
  readonly #socket: Socket;
  readonly #head: string;
  #received = "";
  #waiting: { resolve(answer: PostAnswer): void; reject(error: Error): void } | null = null;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the app closed the connection")));
  }

  /** @param contentType of every body. */
  static open(url: URL, contentType: string): Promise<HookConnection> {
    const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nuser-agent: Go-http-client/1.1\r\ncontent-type: ${contentType}\r\ncontent-length: `;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port) });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new HookConnection(socket, head));
      });
    });
  }

  /** @param body ASCII. */
  post(body: string): Promise<PostAnswer> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the app closed the connection"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${this.#head}${body.length}${HEAD_END}${body}`, "latin1");
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const start = end + HEAD_END.length;
    const length = Number(/\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < start + length) return;
    const answer = {
      status: Number(this.#received.slice(9, 12)),
      body: this.#received.slice(start, start + length),
    };
    this.#received = "";
    this.#waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

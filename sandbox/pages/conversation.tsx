import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import { memoryOf, type PullMoment } from "../graphql/memory.ts";
import type { Comment, Pull, Review } from "../world/entities.ts";
import { Avatar, When } from "./layout.tsx";
import { renderMarkdown } from "./markdown.ts";
import type { Visit } from "./visit.ts";

type Entry =
  | { readonly kind: "comment"; readonly at: string; readonly comment: Comment }
  | { readonly kind: "review"; readonly at: string; readonly review: Review }
  | { readonly kind: "moment"; readonly at: string; readonly moment: PullMoment };

/** Comments, reviews and what happened to the pull request, oldest first. */
export const Conversation: FC<{ visit: Visit; pull: Pull }> = ({ visit, pull }) => (
  <>
    {entriesOf(visit, pull).map((entry) => {
      if (entry.kind === "comment") return <CommentBox comment={entry.comment} />;
      if (entry.kind === "review") return <ReviewBox review={entry.review} />;
      return <Moment moment={entry.moment} pull={pull} />;
    })}
  </>
);

function entriesOf(visit: Visit, pull: Pull): Entry[] {
  const { world } = visit.stage;
  const moments = memoryOf(world).timeline(pull);
  const merged = moments.some((moment) => moment.kind === "MERGED_EVENT");
  const entries: Entry[] = [
    ...world.comments(pull).map((comment): Entry => ({ kind: "comment", at: comment.at, comment })),
    ...world.reviews(pull).map((review): Entry => ({ kind: "review", at: review.at, review })),
    ...moments
      // A merge closes too: one line says both.
      .filter((moment) => !(merged && moment.kind === "CLOSED_EVENT"))
      .map((moment): Entry => ({ kind: "moment", at: moment.at, moment })),
  ];
  return entries.sort((a, b) => a.at.localeCompare(b.at));
}

/** A text of somebody, as Markdown. */
export const Said: FC<{ by: string; at: string; text: string; what: string }> = (said) => (
  <article class="box">
    <header>
      <Avatar login={said.by} />
      <b>{said.by}</b>
      <span class="mute">{said.what}</span>
      <When at={said.at} />
    </header>
    <div class="in md">
      {said.text.trim() === "" ? (
        <span class="mute">No description.</span>
      ) : (
        raw(renderMarkdown(said.text))
      )}
    </div>
  </article>
);

const REACTIONS: Readonly<Record<string, string>> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

const CommentBox: FC<{ comment: Comment }> = ({ comment }) => (
  <>
    <Said by={comment.author} at={comment.at} text={comment.body} what="commented" />
    {comment.reactions.length === 0 ? null : (
      <p class="event">
        {comment.reactions.map(({ content, by }) => (
          <span class="tag" title={by}>
            {REACTIONS[content] ?? content} {by}
          </span>
        ))}
      </p>
    )}
  </>
);

const VERDICTS: Readonly<Record<Review["state"], readonly [string, string]>> = {
  APPROVED: ["good", "approved"],
  CHANGES_REQUESTED: ["bad", "asked for changes"],
  COMMENTED: ["", "reviewed"],
  DISMISSED: ["wait", "reviewed; dismissed"],
};

const ReviewBox: FC<{ review: Review }> = ({ review }) => {
  const [look, word] = VERDICTS[review.state];
  return (
    <>
      <p class="event row">
        <Avatar login={review.author} />
        <b>{review.author}</b>
        <span class={`pill ${look}`}>{word}</span>
        <code>{review.commit.slice(0, 7)}</code>
        <When at={review.at} />
      </p>
      {review.body === "" ? null : (
        <Said by={review.author} at={review.at} text={review.body} what="wrote in the review" />
      )}
    </>
  );
};

const Moment: FC<{ moment: PullMoment; pull: Pull }> = ({ moment, pull }) => (
  <p class="event row">
    <Avatar login={moment.actor ?? "?"} />
    <span>
      <b>{moment.actor ?? "somebody"}</b> {wordsOf(moment, pull)}
    </span>
    <When at={moment.at} />
  </p>
);

function wordsOf(moment: PullMoment, pull: Pull): string {
  switch (moment.kind) {
    case "CLOSED_EVENT":
      return "closed this";
    case "REOPENED_EVENT":
      return "reopened this";
    case "MERGED_EVENT":
      return `merged this into ${pull.baseBranch} as ${pull.mergeOid?.slice(0, 7) ?? ""}`;
    case "REMOVED_FROM_MERGE_QUEUE_EVENT":
      return "took this out of the merge queue";
    case "AUTO_MERGE_DISABLED_EVENT":
      return "turned auto-merge off";
    case "HEAD_REF_FORCE_PUSHED_EVENT":
      return `moved the branch from ${moment.before.slice(0, 7)} to ${moment.after.slice(0, 7)}`;
  }
}

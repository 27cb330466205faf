// Fetches the pieces of the page that changed, and puts them in: the list and its counts, the open card.
import { say } from "kith/announce";
import { morph } from "kith/morph";
import { withdraw } from "kith/undo_latest";

const PATIENCE = 10_000; // milliseconds: pieces are fetched one after the other, and none holds up the next for ever
const host = document.querySelector("live-updates");
let next = 0;
let quiet = 0;
let stale, timer, voice, said;
let shown = Promise.resolve(); // what was asked for last is in its place: a late answer does not cover a later one

const byId = (id) => document.getElementById(id);
const opened = () => document.querySelector("#detail [data-contact]");
const edited = () => !!document.querySelector("#detail contact-form[data-contact]");

/** Show what changed soon. `contacts`: versions by id, none when anything may have changed. */
export function change(contacts) {
  const { contact, version } = opened()?.dataset ?? {};
  stale ||= !contacts || contacts[contact] > version;
  // Many pages hear of it: each waits a little, and longer after what took long.
  timer ??= setTimeout(
    () => (shown = shown.then(refresh)),
    Math.max(100 + Math.random() * 300, next - Date.now()),
  );
}

// What an act has to say waits for the answer to the act itself.
async function piece(address) {
  const headers = { "HX-Request": "true", "Kith-Live": "true" };
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(PATIENCE) });
  const holder = document.createElement("template");
  if (answer.ok && !answer.redirected) holder.innerHTML = await answer.text();
  return { gone: answer.status === 404, content: holder.content };
}

function put(old, fresh) {
  if (!old || !fresh) return;
  const focused = document.activeElement;
  morph(old, fresh);
  window.htmx.process(old);
  if (focused.isConnected) focused.focus({ preventScroll: true }); // what was moved has lost it
}

const place = (content) => [...content.children].forEach((fresh) => put(byId(fresh.id), fresh));

async function refresh() {
  const began = Date.now();
  const all = stale;
  timer = stale = null;
  withdraw(); // another window may have undone what is offered here
  await Promise.all([list(), all && card(), acts()]).catch(() => (stale = all));
  next = Date.now() + Math.min(1000, 3 * (Date.now() - began));
}

async function list() {
  const address = () => `${byId("results").dataset.live}&shown=${document.querySelectorAll("#results .row").length}`;
  const asked = address();
  const { content } = await piece(asked);
  if (address() === asked) place(content);
  else change({}); // searched or scrolled on meanwhile
}

async function card() {
  if (!opened() || !(await news()) || edited()) return;
  const asked = location.href;
  const fresh = (await piece(asked)).content.querySelector("[data-contact]");
  if (location.href !== asked) change({}); // its form may be open by now
  else if (fresh?.dataset.contact === opened()?.dataset.contact) put(opened(), fresh);
}

// The acts of a history or of all changes: they keep their ids, so that focus and place stay with what is read.
async function acts() {
  const asked = location.href;
  const old = byId("acts");
  if (!old) return;
  const { content } = await piece(asked);
  if (location.href === asked) put(byId("acts"), content.querySelector("#acts"));
}

/** Show what changed since the version that is shown, and who is editing. False when the contact is gone. */
export async function news() {
  if (!opened()) return false;
  const { contact, version } = opened().dataset;
  const { gone, content } = await piece(`/contacts/${contact}/live/?since=${version}`);
  const shown = opened();
  if (shown?.dataset.contact !== contact) return false;
  // What is saved here is no news: it would be told as another window's.
  if (shown.dataset.version !== version || shown.querySelector("form[aria-busy]")) {
    change();
    return false;
  }
  if (gone) (byId("live-news") ?? opened()).replaceChildren(host.querySelector("template").content.cloneNode(true));
  const text = [...content.querySelectorAll("[data-say]")].map((node) => node.dataset.say).join(". ");
  if (text && text !== said) {
    clearTimeout(voice);
    voice = setTimeout(() => {
      quiet = Date.now() + 5000; // one sentence in so long, the latest
      say(text);
    }, quiet - Date.now());
  }
  said = text;
  place(content);
  return !gone;
}

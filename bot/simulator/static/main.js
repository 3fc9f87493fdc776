// The sandbox page: keeps itself up to date every second and sends what the visitor does. Start at refresh().

import { getState, post } from "./api.js";
import { showChat } from "./chat.js";
import { move, showClock, wireClock } from "./clock.js";
import { byId, make, toast } from "./dom.js";
import { showFeed } from "./feed.js";
import { wireGuide } from "./guide.js";
import { showPeople } from "./people.js";
import { keep, markRead, me, state, take } from "./state.js";

const EVERY = 1000;
const text = byId("text");

let asVoice = false;
let waiting = 0;
let drawnFor = "";
let offline = false;

async function refresh() {
  take(await getState(state.latest));
  if (offline) toast("已重新连上。");
  offline = false;
  show();
}

function show() {
  const person = me();
  if (!person) return;
  if (document.body.dataset.view === "chat" || innerWidth >= 960) markRead(state.me);
  byId("who-name").textContent = person.name;
  byId("who-title").textContent = person.title;
  showFollow(person);
  showChips(person);
  showMenu();
  showChat();
  showClock();
  showPeople(choose);
  showFeed(choose);
}

function showFollow(person) {
  const button = byId("follow");
  button.textContent = person.following ? "已关注" : "重新关注";
  button.setAttribute("aria-pressed", String(person.following));
  button.title = person.following ? "点一下取消关注" : "点一下重新关注";
}

function showChips(person) {
  const drawing = JSON.stringify([person.openid, person.chips, person.following]);
  if (drawing === drawnFor) return;
  drawnFor = drawing;
  byId("chips").replaceChildren(
    ...person.chips.map((chip) =>
      make(
        "button",
        { type: "button", class: chip.at_once ? "chip" : "chip fill", title: chip.at_once ? "直接发送" : "填进输入框", onclick: () => (chip.at_once ? say(chip.text) : fill(chip.text)) },
        chip.text
      )
    )
  );
  byId("chips").scrollLeft = 0;
  showPlaceholder();
}

let drawnMenu = "";

function showMenu() {
  const drawing = JSON.stringify(state.menu);
  if (drawing === drawnMenu) return;
  drawnMenu = drawing;
  const box = byId("menu");
  box.hidden = !state.menu.length;
  box.replaceChildren(
    ...state.menu.map((button) =>
      button.sub_button?.length
        ? make(
            "details",
            {},
            make("summary", {}, button.name),
            make("div", {}, ...[...button.sub_button].reverse().map((inner) => make("button", { type: "button", onclick: () => tap(inner) }, inner.name)))
          )
        : make("button", { type: "button", onclick: () => tap(button) }, button.name)
    )
  );
}

function closeMenus() {
  for (const open of document.querySelectorAll("details[open]")) open.open = false;
}

function tap(button) {
  closeMenus();
  if (button.key) act("click", { key: button.key });
  else toast(`会打开网页：${button.url ?? ""}`);
}

export function choose(openid) {
  state.me = openid;
  keep();
  setView("chat");
  fill("", false);
  setVoice(false);
  show();
}

function setVoice(on) {
  asVoice = on;
  byId("voice").setAttribute("aria-pressed", String(on));
  showPlaceholder();
}

function showPlaceholder() {
  text.disabled = !me()?.following;
  text.placeholder = text.disabled ? "取消关注后不能发消息" : asVoice ? "打字代替说话，按语音发出" : "发消息";
}

export function fill(sentence, focus = true) {
  text.value = sentence;
  grow();
  if (focus && !text.disabled) text.focus();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
}

async function act(action, body) {
  setWaiting(1);
  const seenSoon = setTimeout(() => refresh().catch(() => {}), 120);
  try {
    const said = await post(action, { openid: state.me, ...body });
    await refresh();
    toast(said.note);
    return true;
  } catch (trouble) {
    toast(trouble.message);
    return false;
  } finally {
    clearTimeout(seenSoon);
    setWaiting(-1);
  }
}

function setWaiting(change) {
  waiting += change;
  byId("typing").hidden = waiting === 0;
}

async function say(sentence) {
  if (!(await act("say", { text: sentence, voice: asVoice })) && !text.value) fill(sentence, false);
}

function submit() {
  const sentence = text.value.trim();
  if (!sentence) return;
  fill("");
  say(sentence);
}

function setView(view) {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll(".tabs button")) tab.setAttribute("aria-current", tab.dataset.view === view ? "page" : "false");
  if (view === "chat") byId("chat").scrollTop = byId("chat").scrollHeight;
  show();
}

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  // While a Chinese input method is composing, Enter chooses a word.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
byId("voice").addEventListener("click", () => {
  setVoice(!asVoice);
  text.focus();
});
byId("follow").addEventListener("click", () => act("follow", { following: !me()?.following }));
for (const button of document.querySelectorAll("[data-kind]")) {
  button.addEventListener("click", () => {
    closeMenus();
    act("send", { kind: button.dataset.kind });
  });
}
for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", () => setView(tab.dataset.view));
document.addEventListener("click", (event) => {
  if (!event.target.closest("details")) closeMenus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
});

async function keepUp() {
  try {
    if (!document.hidden || !state.now) await refresh();
  } catch (trouble) {
    if (!offline) toast(trouble.message);
    offline = true;
  }
  setTimeout(keepUp, EVERY);
}

wireClock(refresh);
wireGuide(choose, fill, (target) => move(target, refresh));
setView("chat");
keepUp();

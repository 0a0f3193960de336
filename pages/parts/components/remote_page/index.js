const EVERY = 800, SOON = 200, PATIENCE = 4000;
const token = location.hash.slice(1);
const find = id => document.getElementById(id);
const buttons = [...document.querySelectorAll("[data-verb]")];
const OFFLINE = "No connection to the stage. Trying again.";

let timer, isOver = !token, turn = 0;

// -- the clock runs here alone, from the first time that this stage was opened here

const STARTED = `playground-remote-${token.slice(0, 8)}`;
const remember = () => { try { localStorage.setItem(STARTED, started); } catch { /* Until it closes. */ } };
let started = Number(recall()) || Date.now();
remember();

function recall() {
    try { return localStorage.getItem(STARTED); } catch { return null; }
}

function tick() {
    const seconds = Math.max(0, Math.floor((Date.now() - started) / 1000));
    find("minutes").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

find("restart").addEventListener("click", () => { started = Date.now(); remember(); tick(); });
setInterval(tick, 1000);
tick();

// -- what the stage shows

function show(told) {
    say(told.of && told.away ? "The stage is not on the screen, or its computer is asleep." : "");
    write("title", told.of ? told.title : "Nothing is on the stage yet. Press F on its computer.");
    write("say", told.say);
    write("place", told.of ? `${told.at} of ${told.of}` : "");
    write("following", told.of ? (told.following ? `Next: ${told.following}` : "This is the last screen.") : "");
    const blank = buttons.find(button => button.dataset.verb === "blank");
    blank.setAttribute("aria-pressed", told.blank);
    blank.textContent = told.blank ? "Show the screen again" : "Blank the screen";
    const rows = told.hands.map(([answer, count]) => {
        const row = document.createElement("tr");
        for (const text of [answer, count]) row.insertCell().textContent = text;
        return row;
    });
    find("hands").hidden = !rows.length;
    find("hands").tBodies[0].replaceChildren(...rows);
}

function write(id, text) {
    // Only what is new is said to those who cannot see it.
    if (find(id).textContent !== text) find(id).textContent = text;
}

function say(trouble) {
    write("trouble", trouble);
    find("trouble").hidden = !trouble;
}

function end(sentence) {
    isOver = true;
    say(sentence);
    enable(false);
}

function enable(can) {
    for (const button of buttons) button.disabled = !can;
}

async function ask(path, body) {
    const answer = await fetch(`remote/${path}`, {
        method: body ? "POST" : "GET", body, cache: "no-store",
        headers: { "X-Remote-Token": token }, signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 204) return null;
    const told = await answer.json();
    if (answer.ok) return told;
    // The stage's tab may be reloading: then it is there again in a moment.
    if (answer.status === 404) enable(false);
    say(told.error);
    return null;
}

async function look() {
    clearTimeout(timer);
    const mine = ++turn;
    try {
        const told = await ask("state");
        if (told && mine === turn) {
            enable(true);
            show(told);
        }
    } catch {
        say(OFFLINE);
    }
    // A phone that sleeps asks nothing; it does once it wakes.
    if (mine === turn && !isOver && !document.hidden) timer = setTimeout(look, EVERY);
}

for (const button of buttons) {
    button.addEventListener("click", async () => {
        navigator.vibrate?.(15);
        try {
            await ask("press", button.dataset.verb);
            for (const wait of [SOON, 2 * SOON, 4 * SOON]) setTimeout(look, wait);
        } catch {
            say(OFFLINE);
        }
    });
}

// Where the browser lets it, the phone stays awake in the speaker's hand.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});

document.addEventListener("visibilitychange", () => {
    if (document.hidden || isOver) return;
    stayAwake();
    look();
});
addEventListener("online", () => { if (!isOver) look(); });
addEventListener("hashchange", () => location.reload());

if (isOver) end("Open this page with the code that the stage's own computer shows.");
else {
    stayAwake();
    look();
}

const FIELDS = "input, button, select, textarea, a[href], [tabindex='0']";
const LOGOS = "[data-testid=stHeaderLogo], [data-testid=stSidebarLogo]";
const SAID = ".st-key-moved, .st-key-last, .st-key-stage-said";
const OPENED = "[data-testid=stPopoverBody]";
const PARTS = ".st-key-more-parts";
// What stands for an element whose code is still on its way.
const COMING = "[data-testid=stSkeleton]";
// Buttons that lead to another screen of a lesson: it is seen from its top.
const TURNS = ".st-key-lesson-doors, .st-key-lesson-guessed, .st-key-lesson-cards";
// What a click leads to on pages that say it in a place which comes and goes.
const TOLD = [
    ".st-key-situation .stMarkdown", ".st-key-gate .stMarkdown", ".st-key-verdict .stMarkdown",
    ".st-key-point .stMarkdown", ".st-key-evaluate-headline .stMarkdown", ".st-key-lesson-screen h2",
].join();
const ONWARD = ["st-key-stop", "st-key-start", "st-key-lesson-next"];
const AROUND = "[data-testid=stMain], .dvn-scroller";
const ENTRIES = "[data-testid=stTopNavSection], [data-testid=stTopNavLink]";
const CROWDS = ".st-key-let-in-10, .st-key-let-in-100, .st-key-let-in-1000";
const TIPS = "[data-testid=stTooltipContent]";
// They are icons alone where there is no room for their names.
const TOOLS = ".st-key-toolbar [data-testid=stPopoverButton]";

// Milliseconds from when the connection is back until the page is drawn anew.
const SOON = 300;
// Milliseconds between looks at whether anything is left of the page, and their number.
const LOOK = 500, LOOKS = 20;

const frames = new WeakMap();
let mounted = 0;

// Streamlit calls this again for new data, and the function it returns only when the frame is gone.
export default function ({ data, parentElement, setStateValue }) {
    let frame = frames.get(parentElement);
    if (!frame) {
        frames.set(parentElement, frame = build(data.every));
        mounted += 1;
    }
    Object.assign(frame, { data, draw: () => setStateValue("back", Date.now()) });
    label(data);
    return () => {
        frame.end();
        frames.delete(parentElement);
        mounted -= 1;
    };
}

function build(every) {
    const frame = { opener: null, focused: null, key: null, home: null };
    const listeners = {
        click: event => {
            const opener = event.target.closest("[data-testid=stPopoverButton]");
            if (opener && !document.querySelector(OPENED)) enter(frame, opener);
            if (event.target.closest("[data-testid=stSidebarNavLink]")) closeMenu();
            if (event.target.closest(CROWDS)) frame.crowd = true;
            if (event.target.closest(".st-key-crowd-list button")) setTimeout(leaveCrowds);
            if (event.target.closest("label")?.querySelector("[role=switch]") && event.detail) {
                freeKeys(frame);
            }
            if (event.target.closest(TURNS)?.contains(event.target.closest("button"))) {
                document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
            }
        },
        keydown: event => {
            if (event.key !== "Tab") return;
            goIn(frame, event);
            leave(frame, event);
        },
        focusin: event => {
            if (keyOf(event.target) !== frame.stands) frame.home = null;
            Object.assign(frame, { focused: event.target, key: keyOf(event.target) });
            frame.around = placesOf(event.target);
        },
    };
    for (const [kind, does] of Object.entries(listeners)) document.addEventListener(kind, does, true);
    const connection = onceBack(() => frame.draw());
    addressOnce();
    readTables();
    const voice = document.body.appendChild(document.createElement("div"));
    voice.setAttribute("role", "status");
    voice.className = "announced";
    const timer = setInterval(() => {
        label(frame.data);
        announce(frame, voice);
        announceCrowd(frame, voice);
        if (document.activeElement === document.body) rescueFocus(frame);
    }, every);
    frame.end = () => {
        clearInterval(timer);
        connection.disconnect();
        voice.remove();
        for (const [kind, does] of Object.entries(listeners)) {
            document.removeEventListener(kind, does, true);
        }
    };
    return frame;
}

// A run of the page that was stopped by the end of a connection may leave an empty page once the
// connection is back. Each whole run draws the frame: without one, the page is loaded again.
function reloadIfEmpty(app) {
    let looks = 0, empty = 0;
    const timer = setInterval(() => {
        const { testConnectionState, testScriptState } = app.dataset;
        const isIdle = testConnectionState === "CONNECTED" && testScriptState !== "running";
        empty = isIdle && !mounted ? empty + 1 : 0;
        if (empty === 3) location.reload();
        if (empty === 3 || ++looks === LOOKS) clearInterval(timer);
    }, LOOK);
}

function onceBack(draw) {
    // Streamlit asks for the page once the connection is back only if a part of it was drawn last. A
    // server that knows no such part, as it began anew, drops each press there without a word.
    const app = document.querySelector("[data-testid=stApp]");
    let gone = false, timer = 0;
    const watch = new MutationObserver(() => {
        if (app.dataset.testConnectionState !== "CONNECTED") gone = true;
        else if (gone) {
            gone = false;
            timer = setTimeout(draw, SOON);
            reloadIfEmpty(app);
        }
        else if (app.dataset.testScriptState === "running") clearTimeout(timer);
    });
    const attributeFilter = ["data-test-connection-state", "data-test-script-state"];
    watch.observe(app, { attributeFilter });
    return watch;
}

function freeKeys(frame) {
    // A switch that was turned with the mouse would keep all keys to itself, as a field does.
    setTimeout(() => {
        if (!document.activeElement.matches("[role=switch]")) return;
        document.activeElement.blur();
        frame.focused = null;
    });
}

function addressOnce() {
    // A page's address without what is set on it is no place to go back to: it is replaced. Else a
    // step back would lead there, be given what is set, and so lead nowhere. So is a lesson's in which
    // one more was chosen for: a step back leads to the screen before.
    if (history.replacesBare) return;
    const push = history.pushState.bind(history);
    history.replacesBare = true;
    history.pushState = (state, unused, url) => {
        const to = new URL(url ?? "", location);
        const isHere = to.pathname === location.pathname && !to.searchParams.has("stage");
        const isBare = !location.search && isHere;
        const isNextChoice = isHere && to.searchParams.has("lesson")
            && withoutPicks(location) === withoutPicks(to);
        if (isBare || isNextChoice) history.replaceState(state, unused, url);
        else push(state, unused, url);
    };
}

function withoutPicks({ search }) {
    const told = new URLSearchParams(search);
    told.delete("picks");
    return told.toString();
}

function readTables() {
    // A table asks the clipboard what is pasted into it. That is not there where a page comes without
    // TLS; and of plain text with emoji in it a table cuts cells apart in wrong places. So what is
    // pasted itself tells it, in cells.
    if (navigator.readsTables) return;
    navigator.readsTables = true;
    const own = navigator.clipboard;
    const get = () => {
        const pasted = window.event?.type === "paste" && window.event.clipboardData;
        if (!pasted) return own;
        const html = pasted.getData("text/html");
        const table = /<table/i.test(html) ? html : tableOf(pasted.getData("text/plain"));
        const getType = async () => new Blob([table]);
        return { read: async () => [{ types: ["text/html"], getType }] };
    };
    Object.defineProperty(navigator, "clipboard", { configurable: true, get });
}

function tableOf(text) {
    // As spreadsheets write it: tabs between cells, quotes around one that holds tabs, lines or quotes.
    const cells = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/g;
    const table = document.createElement("table");
    let row = table.insertRow();
    for (const [, quoted, bare, end] of text.replace(/(\r\n|\n|\r)$/, "").matchAll(cells)) {
        row.insertCell().textContent = quoted?.replaceAll('""', '"') ?? bare;
        if (!end) break;
        if (end !== "\t") row = table.insertRow();
    }
    return table.outerHTML;
}

function label({ groups, titles }) {
    for (const logo of document.querySelectorAll(LOGOS)) say(logo, "alt", "Personalizer Playground");
    // Streamlit marks a page in the menu, but not the group that holds it while that is closed, nor
    // the page from which a hidden one is reached.
    const group = groups[location.pathname.split("/").filter(Boolean).at(-1)];
    for (const entry of document.querySelectorAll(ENTRIES)) {
        const isLit = [...entry.querySelectorAll("*")].some(
            each => !each.childElementCount && each.textContent === group,
        );
        say(entry, "aria-current", isLit ? "true" : null);
    }
    for (const tool of document.querySelectorAll(TOOLS)) {
        const told = titles[keyOf(tool)?.replace("st-key-", "")] ?? tool.querySelector("p")?.textContent;
        say(tool, "title", told ?? null);
    }
    // What changes here is said to those who cannot see it.
    for (const place of document.querySelectorAll(SAID)) say(place, "role", "status");
    // A notice is called what it says; a hint that is shown stands in a place of its own.
    for (const toast of document.querySelectorAll(".stToast[aria-labelledby]")) {
        toast.setAttribute("aria-label", toast.innerText);
        toast.removeAttribute("aria-labelledby");
    }
    for (const tip of document.querySelectorAll(TIPS)) {
        const place = tip.closest("body > *");
        say(place, "role", "region");
        say(place, "aria-label", "Help");
    }
    // Streamlit's list of pages on a phone has headings between its items: no list for readers.
    for (const list of document.querySelectorAll("[data-testid=stSidebarNavItems]")) {
        say(list, "role", "group");
        for (const item of list.querySelectorAll("li")) say(item, "role", "presentation");
    }
    // What scrolls can be scrolled with the keyboard; a page and a table are from within.
    for (const code of document.querySelectorAll(".stCode pre")) say(code, "tabindex", "0");
    for (const around of document.querySelectorAll(AROUND)) say(around, "tabindex", "-1");
    // A table is called by its columns.
    for (const table of document.querySelectorAll("canvas[tabindex='0']")) {
        const heads = [...table.querySelectorAll("th")].map(each => each.textContent);
        say(table, "aria-label", `Table: ${heads.filter(Boolean).join(", ")}`);
    }
}

function say(place, name, value) {
    // Only where it is another: what is written anew has a browser look at the page again.
    if (place.getAttribute(name) === value) return;
    if (value === null) place.removeAttribute(name);
    else place.setAttribute(name, value);
}

function announce(frame, voice) {
    // Once it has stood for a while; what a page opens with is not said.
    const told = [...document.querySelectorAll(TOLD)].map(each => each.innerText).join(" ");
    const isNew = frame.page !== location.pathname;
    if (told !== frame.told || isNew) Object.assign(frame, { told, page: location.pathname, looks: 0 });
    if (isNew) frame.opens = true;
    if (!told || ++frame.looks !== 5) return;
    if (!frame.opens) voice.textContent = told;
    frame.opens = false;
}

function announceCrowd(frame, voice) {
    // Once its numbers have stood for a while. A single visitor is said where the click is.
    const texts = [...document.querySelectorAll(".score :is(dt, dd)")].map(each => each.textContent);
    const visitors = texts[texts.indexOf("Visitors") + 1], mean = texts[texts.indexOf("Visitors") + 3];
    const served = Number(visitors?.replaceAll(",", "") ?? 0), runs = document.querySelector(".st-key-stop");
    if (runs) frame.crowd = true;
    if (runs || served !== frame.serving) Object.assign(frame, { serving: served, stood: 0 });
    frame.served ??= served;
    if (++frame.stood !== 5) return;
    const came = served - frame.served;
    if (frame.crowd && came > 1) {
        voice.textContent = `${came.toLocaleString("en")} visitors simulated. Mean reward ${mean}.`;
    }
    Object.assign(frame, { served, crowd: false });
}

function leaveCrowds() {
    // A choice closes its menu, however soon the visitors are served.
    const opener = document.querySelector(".st-key-crowd-menu button[aria-expanded=true]");
    opener?.click();
    opener?.focus();
}

function closeMenu() {
    // As wide as Streamlit's own phones, where the menu covers the page.
    if (!matchMedia("(max-width: 768px)").matches) return;
    setTimeout(() => document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click());
}

function enter(frame, opener) {
    frame.opener = opener;
    let looks = 200;
    const look = () => {
        if (![document.body, opener].includes(document.activeElement)) return;
        const body = document.querySelector(OPENED);
        const field = firstFieldOf(body);
        if (field && !comesBefore(body, field)) field.focus();
        else if (--looks && frame.opener === opener) setTimeout(look, 50);
    };
    setTimeout(look, 50);
}

function comesBefore(body, field) {
    // The code of a field in sight that stands before this one may still be on its way.
    const coming = [...body.querySelectorAll(COMING)].find(each => each.checkVisibility());
    return coming?.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING;
}

function goIn(frame, event) {
    // Tab on a button whose box is open leads into the box, however soon it is pressed.
    if (event.shiftKey || event.target !== frame.opener) return;
    const field = firstFieldOf(document.querySelector(OPENED));
    if (!field) return;
    event.preventDefault();
    field.focus();
}

function leave(frame, event) {
    // What opens lies at the end of the document, from where Tab would lead nowhere.
    const body = event.target.closest(OPENED);
    if (!body || !frame.opener?.isConnected) return;
    const fields = fieldsOf(body);
    if (event.target === fields.at(event.shiftKey ? 0 : -1)) frame.opener.focus();
}

function firstFieldOf(body) {
    // What is chosen in a box is nearer than which part of it is shown.
    return fieldsOf(body).find(each => !each.closest(PARTS));
}

function fieldsOf(body) {
    const shown = each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility();
    return [...body?.querySelectorAll(FIELDS) ?? []].filter(shown);
}

function rescueFocus(frame) {
    const { focused, key, home } = frame;
    if (!focused || (focused.isConnected && !focused.disabled)) return;
    const opener = focused.closest(OPENED) && frame.opener?.isConnected ? frame.opener : null;
    // What comes in its place, stops it, or leads on from it; else what is left of the part of the page that it was in.
    const places = [home, key, ...ONWARD, ...frame.around].filter(Boolean);
    const found = places.map(place => firstOf(`.${place}`)).find(Boolean);
    frame.home = home ?? key;
    frame.stands = found && keyOf(found);
    (opener ?? found)?.focus({ preventScroll: true });
}

function firstOf(place) {
    // Streamlit draws a button with a hint twice, and hides that for wide or for narrow screens.
    const all = [...document.querySelectorAll(`${place} :is(button, input):not(:disabled)`)];
    const free = all.filter(each => each.checkVisibility());
    return free.find(each => each.ariaChecked === "true") ?? free[0];
}

function keyOf(element) {
    return placesOf(element)[0];
}

function placesOf(element) {
    // The keys of all that it stands in, from the inside out.
    const found = [];
    let place = element.closest?.("[class*=st-key-]");
    for (; place; place = place.parentElement.closest("[class*=st-key-]")) {
        found.push([...place.classList].find(name => name.startsWith("st-key-")));
    }
    return found;
}

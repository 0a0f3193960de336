// How charts look where their specification does not say so: as Streamlit's own do.
const LOOK = {
    fieldTitle: "verbal",
    autosize: { type: "fit", contains: "padding" },
    header: { labelFontSize: 12, titleFontSize: 16, labelFontWeight: 400, titleFontWeight: 400 },
    axis: {
        labelFontSize: 12, labelFontWeight: 400, titleFontSize: 14, titleFontWeight: 400,
        ticks: false, domain: false, labelFlush: true, labelFlushOffset: 1, labelBound: false,
        labelLimit: 100, titlePadding: 16, labelPadding: 16, labelSeparation: 4, labelOverlap: true,
    },
    legend: {
        labelFontSize: 14, labelFontWeight: 400, labelPadding: 16, columnPadding: 8, rowPadding: 4,
        padding: 8, symbolStrokeWidth: 4,
    },
    view: { strokeWidth: 0, stroke: "transparent" },
    mark: { tooltip: { content: "encoding" } },
    bar: { binSpacing: 4, discreteBandSize: { band: 0.85 } },
    axisDiscrete: { grid: false }, axisXPoint: { grid: false }, axisXBand: { grid: false },
};
const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
// Milliseconds until clicks that the server has not counted are sent again: the first time, and at most.
const AGAIN = 5000, LATEST = 40000;
// Milliseconds in which a chart moves from one state to the next, and the numbers that move.
const MOVE = 250, MOVING = ["mean", "sd", "won", "kept"];
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
// Pixels of the page's head, which lies over what scrolls.
const HEAD = 64;

// Streamlit loads a script once: all panels on the page share what follows.
const panels = new Map();
let scene = null;
// All clicks of this session, and the latest of them; another session, as after a restart, starts at 0.
let clicks = {};
let askForRun, isSending = false, again = AGAIN, timer;
// Number of the latest scene that needs a run of the page which is requested but not drawn; else 0.
let awaited = 0;
// Addresses of the route that takes clicks, and of Vega.
let route, vegaScript;
// True while the further answers are open; they stay open for the next offer.
let hasMore = false;
let vega;

export default function ({ data, parentElement, setTriggerValue }) {
    let panel = panels.get(parentElement);
    if (!panel) {
        panel = { name: data.name, box: make("div", "panel"), parts: [] };
        parentElement.append(panel.box);
        panels.set(parentElement, panel);
        if (scene) drawPanel(panel);
    }
    if (data.scene) {
        ({ route, vega: vegaScript } = data);
        askForRun = clicked => setTriggerValue("rerun", clicked);
        if (data.scene.number > awaited) awaited = 0;
        else askForRun({ drawn: true });
        draw(data.scene);
        send();
    }
    return () => {
        panels.delete(parentElement);
        panel.parts.forEach(leave);
        panel.box.remove();
        if (panels.size) return;
        clearTimeout(timer);
        if (isUncounted()) fetch(route, { ...request(), keepalive: true }).catch(() => {});
        scene = null;
    };
}

// -- the scene: drawn from a run of the page or from the answer to a click, whichever is newer

function draw(next) {
    const isSame = scene?.session === next.session;
    if (isSame && scene.number > next.number) return;
    for (const [name, parts] of Object.entries(next.panels)) {
        for (const part of parts) {
            // A specification is sent once.
            if (part.kind !== "chart" || part.spec) continue;
            part.spec = scene.panels[name].find(({ key }) => key === part.key).spec;
        }
    }
    if (clicks.session !== next.session) {
        clicks = { session: next.session, count: next.taken, latest: [] };
    }
    scene = next;
    panels.forEach(drawPanel);
}

function drawPanel(panel) {
    const next = scene.panels[panel.name] ?? [];
    panel.box.dataset.session = scene.session;
    next.forEach((told, place) => {
        let part = panel.parts[place];
        if (part?.told.kind !== told.kind || part.told.key !== told.key) {
            const made = { told: {}, box: make(TAGS[told.kind] ?? "div", `panel-${told.kind}`) };
            if (told.kind !== "chart" && told.key) made.box.classList.add(`st-key-${told.key}`);
            if (part) {
                leave(part);
                part.box.replaceWith(made.box);
            } else panel.box.append(made.box);
            panel.parts[place] = part = made;
        }
        const isHeard = part.wanted && scene.taken >= part.wanted.count;
        if (isHeard) part.wanted = null;
        const content = contentOf(told), isSame = content === part.content;
        if (!isHeard && isSame && told.spec === part.told.spec) return;
        Object.assign(part, { told, content });
        DRAW[told.kind](part);
    });
    for (const part of panel.parts.splice(next.length)) {
        leave(part);
        part.box.remove();
    }
}

// A specification that is not sent again is the same object: only the rest is compared by value.
function contentOf({ spec, ...told }) {
    return JSON.stringify(told);
}

function leave(part) {
    part.isGone = true;
    if (part.place) sight.unobserve(part.place);
    part.end?.();
}

// -- clicks: each is sent with what was on the screen until the server has counted it, once

function isUncounted() {
    return scene && clicks.count > scene.taken;
}

function click(said) {
    clicks.count += 1;
    const uncounted = Math.min(clicks.count - scene.taken, scene.most);
    clicks.latest = [...clicks.latest, said].slice(-uncounted);
    again = AGAIN;
    send();
    return clicks.count;
}

function request() {
    return { method: "POST", body: JSON.stringify({ ...clicks, drawn: scene.number }) };
}

// Clicks that come meanwhile go along next. A run of the page draws what is no part of a scene, and
// counts clicks where the route does not answer.
async function send() {
    if (isSending || !isUncounted()) return;
    setSending(true);
    let needsRun = null;
    try {
        while (isUncounted()) {
            const answer = await fetch(route, { ...request(), signal: AbortSignal.timeout(AGAIN) });
            const next = answer.status === 200 ? await answer.json() : null;
            if (!scene || next?.session !== scene.session) break;
            draw(next);
            tellWatch({ isAsking: true, length: next.length });
            if (next.more) {
                if (!awaited) needsRun = { drawn: true };
                awaited = next.number;
            }
        }
    } catch {
        // The server is away, or something in between.
    }
    setSending(false);
    if (!scene) return;
    if (isUncounted()) needsRun = { ...clicks };
    if (needsRun) askForRun(needsRun);
    wait();
}

function setSending(now) {
    isSending = now;
    tellWatch({ isAsking: now });
    for (const { box } of allParts("answers")) box.setAttribute("aria-busy", isSending);
}

// `loop_watch` is not to take an answer of this tab for news of another one.
function tellWatch(detail) {
    dispatchEvent(new CustomEvent("playground-answer", { detail }));
}

// A message that is sent while the connection is gone is lost without an error.
function wait() {
    clearTimeout(timer);
    if (!isUncounted()) return;
    timer = setTimeout(() => {
        again = Math.min(2 * again, LATEST);
        send();
    }, again);
}

addEventListener("keydown", event => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING)) return;
    for (const { keys } of allParts()) keys?.[event.key.toUpperCase()]?.click();
});

function allParts(kind) {
    const parts = [...panels.values()].flatMap(panel => panel.parts);
    return parts.filter(({ told }) => !kind || told.kind === kind);
}

// -- the kinds of parts

const TAGS = { heading: "h2", words: "p", small: "p", result: "p", numbers: "dl" };
const DRAW = {
    heading: drawText, words: drawText, small: drawText, result: drawText, numbers: drawNumbers,
    chart: drawChart,
    choice: drawChoice, slider: drawSlider, button: drawButton, offer: drawOffer,
    answers: drawAnswers, moved: drawMoved,
};

function drawText({ box, told }) {
    box.replaceChildren(...phrase(told.pieces));
}

function drawNumbers({ box, told }) {
    box.classList.add("score");
    box.replaceChildren(...told.numbers.map(([name, number]) => {
        const pair = make("div");
        pair.append(written("dt", name), written("dd", number));
        return pair;
    }));
}

function drawOffer({ box, told }) {
    const picture = make("p", "offer-picture"), [label, icon, colour] = told.badge;
    if (told.picture) picture.append(Object.assign(make("img"), { src: told.picture, alt: "" }));
    else picture.textContent = told.emoji;
    const badge = make("p", `offer-badge offer-${colour}`);
    badge.append(sign(icon), ` ${label}`);
    box.replaceChildren(
        picture, written("p", "Now offered", "offer-now"), written("h2", told.name),
        written("p", told.features, "offer-told"), badge,
    );
}

function drawMoved({ box, told: { hint, said, note, lines } }) {
    const paragraphs = [[hint, "moved-hint"], [said, ""], [note, "moved-note"]];
    const texts = paragraphs.filter(([pieces]) => pieces.length).map(([pieces, name]) => {
        const made = make("p", name);
        if (pieces === hint) made.append(sign("arrow_upward"), " ");
        made.append(...phrase(pieces));
        return made;
    });
    box.replaceChildren(...texts, ...lines.map(([name, was, now]) => {
        const line = make("div", "move");
        line.setAttribute("aria-hidden", "true");
        line.style.setProperty("--was", `${100 * was}%`);
        line.style.setProperty("--now", `${100 * now}%`);
        line.append(written("b", name), make("i"));
        return line;
    }));
    box.sizes ??= new ResizeObserver(() => reachByKeys(box));
    // Observed anew, it is heard once the browser has laid out the page: asked here, it would do so twice.
    box.sizes.observe(box);
}

function reachByKeys(box) {
    // On a phone, where its height is fixed, keys can scroll it.
    if (box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
}

function drawAnswers(part) {
    const { box, told } = part, options = JSON.stringify(told.options);
    // Another action, or another world, may be worth other rewards.
    if (part.options !== options) {
        part.options = options;
        buildAnswers(part);
    }
    box.dataset.offer = told.offer.position;
    box.setAttribute("aria-busy", isSending);
    box.classList.toggle("without-keys", !told.keys);
    box.classList.toggle("is-primary", told.primary);
    part.another.hidden = told.first;
    part.none.title = told.none;
    part.keys = told.keys ? part.answers : {};
    for (const [key, answer] of Object.entries(part.answers)) {
        if (told.keys) answer.setAttribute("aria-keyshortcuts", key);
        else answer.removeAttribute("aria-keyshortcuts");
    }
    for (const control of box.querySelectorAll("button, input")) control.disabled = told.disabled;
}

function buildAnswers(part) {
    const row = make("div", "reward-answers"), others = make("div", "reward-others");
    row.classList.toggle("reward-many", part.told.options.length > 3);
    // With the offer that it was drawn with: what the person sees.
    const answer = reward => {
        click({ offer: part.told.offer, reward });
        uncover(part.box); // Asks for the layout: after the click is sent.
    };
    const button = (key, name, onClick) => {
        const place = make("div", `st-key-${key}`), made = pressed(name, onClick);
        place.append(made);
        return [place, made];
    };
    part.answers = {};
    part.told.options.forEach(({ label, reward, face, brings }, index) => {
        const key = `${index + 1}`, [place, made] = button(`reward-${key}`, "reward", () => answer(reward));
        made.title = brings;
        for (const [kind, text] of Object.entries({ face, label, key })) {
            const span = written("span", text, `reward-${kind}`);
            if (kind !== "label") span.setAttribute("aria-hidden", "true");
            made.append(span);
        }
        part.answers[key] = made;
        row.append(place);
    });
    const [another, more] = button("another-answer", "reward-more", () => {
        hasMore = !hasMore;
        open();
    });
    const open = () => {
        others.hidden = !hasMore;
        more.setAttribute("aria-expanded", hasMore);
    };
    const dots = written("span", "…", "reward-dots");
    dots.setAttribute("aria-hidden", "true");
    more.append(written("span", "Other reward", "reward-word"), dots);
    open();
    const [noAnswer, none] = button("no-answer", "reward reward-minor", () => answer(null));
    none.textContent = "No answer";
    Object.assign(part, { none, another });
    const range = make("input", "reward-value");
    Object.assign(range, { type: "range", min: 0, max: 1, step: 0.05, value: 0.75 });
    range.setAttribute("aria-label", "Another reward, from 0 to 1");
    const [exact, exactly] = button(
        "reward-other", "reward reward-minor", () => answer(Number(range.value)),
    );
    range.addEventListener("input", () => { exactly.textContent = `Send ${range.value}`; });
    range.dispatchEvent(new Event("input"));
    others.append(noAnswer, range, exact);
    part.box.classList.add("reward-bar");
    part.box.replaceChildren(row, another, others);
}

// On a phone the answers lie over the page: the row that one changes is brought out from behind
// them, unless the map, which it changes as well, is in sight.
function uncover(answers) {
    const bar = answers.closest(".st-key-visit"), page = answers.closest("[data-testid=stMain]");
    if (getComputedStyle(bar).position !== "fixed") return;
    const foot = bar.getBoundingClientRect().top;
    const hides = ({ top, bottom }) => top < HEAD || bottom > foot;
    const [{ told: { name } }] = allParts("offer");
    const row = [...document.querySelectorAll(".st-key-picture path[aria-label]")]
        .find(each => each.ariaLabel.startsWith(`${name}, `))?.getBoundingClientRect();
    const map = document.querySelector(".st-key-map .panel-picture")?.getBoundingClientRect();
    const isMapSeen = map && Math.min(map.bottom, foot) - Math.max(map.top, HEAD) > foot / 4;
    if (!row || isMapSeen || !hides(row)) return;
    page.scrollBy({ top: row.top < HEAD ? row.top - HEAD : row.bottom - foot, behavior: "instant" });
}

function drawChoice(part) {
    const { box, told } = part, options = JSON.stringify(told.options);
    if (part.options !== options) {
        part.options = options;
        part.row = make("div", "panel-options");
        part.row.setAttribute("role", "radiogroup");
        part.row.append(...told.options.map(([value, label]) => {
            const option = pressed("panel-option", () => pick(part, value));
            Object.assign(option, { value, textContent: label });
            option.setAttribute("role", "radio");
            option.addEventListener("keydown", event => walk(part, option, event));
            return option;
        }));
        // A phone has room for the chosen one alone (`style.css`).
        part.menu = make("select", "panel-menu");
        part.menu.append(...told.options.map(([value, label]) => new Option(label, value)));
        part.menu.addEventListener("change", () => pick(part, part.menu.value));
        box.replaceChildren(part.row, part.menu);
    }
    for (const each of [part.row, part.menu]) each.setAttribute("aria-label", told.label);
    check(part);
}

function check({ row, menu, told, wanted }) {
    const { value } = wanted ?? told;
    Object.assign(menu, { value, disabled: told.disabled });
    for (const option of row.children) {
        const isIt = option.value === value;
        option.setAttribute("aria-checked", isIt);
        option.tabIndex = isIt ? 0 : -1;
        option.disabled = told.disabled;
    }
}

// What is wanted is shown at once, and what came of it once that was heard.
function pick(part, value) {
    const { told, wanted } = part;
    if (value === (wanted ?? told).value) return;
    part.wanted = { value, count: click({ wish: { ...told.wish, value } }) };
    if (told.kind === "choice") check(part);
}

// As in any group of radio buttons: arrows go on to the next one, and choose it.
function walk(part, option, event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...part.row.children];
    const next = all[(all.indexOf(option) + step + all.length) % all.length];
    next.focus();
    pick(part, next.value);
}

function drawSlider(part) {
    const { box, told } = part;
    if (!part.range) {
        part.range = Object.assign(make("input"), { type: "range", min: 0, step: 1 });
        part.named = make("span");
        part.named.setAttribute("aria-hidden", "true");
        const label = make("label");
        part.label = make("span");
        label.append(part.label, part.named, part.range);
        box.append(label);
        part.name = () => {
            const [, name] = part.told.options[part.range.value];
            part.named.textContent = name;
            part.range.setAttribute("aria-valuetext", name);
        };
        part.range.addEventListener("input", part.name);
        part.range.addEventListener(
            "change", () => pick(part, part.told.options[part.range.value][0]),
        );
    }
    part.label.textContent = told.label;
    part.range.max = told.options.length - 1;
    const { value: now } = part.wanted ?? told;
    part.range.value = told.options.findIndex(([value]) => value === now);
    part.range.disabled = told.disabled;
    part.name();
}

function drawButton(part) {
    const { box, told } = part;
    if (!part.button) {
        part.button = pressed("panel-press", () => click({ wish: part.told.wish }));
        part.button.append(sign(told.icon), written("span", told.label));
        part.help = Object.assign(make("span", "panel-help"), { id: `help-${told.key}` });
        part.help.setAttribute("role", "tooltip");
        part.button.setAttribute("aria-describedby", part.help.id);
        box.append(part.button, part.help);
        // Whoever is pointed to what it covers sends it away.
        part.button.addEventListener("keydown", event => { part.help.hidden ||= event.key === "Escape"; });
        for (const kind of ["pointerenter", "focus"]) {
            part.button.addEventListener(kind, () => { part.help.hidden = false; });
        }
    }
    part.help.textContent = told.help;
    part.button.disabled = told.disabled;
    const presses = Object.entries(told.keys).map(([key, wish]) => [
        key, { click: () => told.disabled || click({ wish }) },
    ]);
    part.keys = Object.fromEntries(presses);
    part.button.setAttribute("aria-keyshortcuts", Object.keys(told.keys).join(" "));
}

// A view gets new rows once it stands still, the latest of them, and only while it is in sight: on a
// phone a click draws two of four charts.
async function drawChart(part) {
    if (!part.place) {
        part.place = make("div", "panel-picture");
        part.box.append(part.place, saving(part));
        part.isSeen = true;
        sight.observe(part.place);
    }
    part.place.style.height = `${part.told.spec.height}px`;
    if (!part.isSeen) part.view?.description(part.told.alt); // It may be read all the same.
    if (part.isBusy) return;
    part.isBusy = true;
    try {
        while (part.drawn !== part.told && !part.isGone && !isUnseen(part)) {
            const { spec, rows, alt, moves } = part.drawn = part.told;
            if (part.view && isDrawnBy(part, spec)) {
                if (moves && !isStill.matches) await move(part, rows, moves);
                if (part.drawn !== part.told || part.isGone) continue;
                await part.view.description(alt).data("rows", part.shown = rows).runAsync();
            } else {
                await begin(part, part.drawn);
                part.shown = rows;
            }
        }
    } finally {
        part.isBusy = false;
    }
}

const sight = new IntersectionObserver(changes => {
    for (const { target, isIntersecting } of changes) {
        const part = allParts("chart").find(({ place }) => place === target);
        if (part) see(part, isIntersecting);
    }
});
addEventListener("beforeprint", () => allParts("chart").forEach(part => see(part, true)));

function see(part, isSeen) {
    part.isSeen = isSeen;
    if (isSeen) drawChart(part);
}

// New rows may wait; a new specification, as of the other colours, is drawn at once.
function isUnseen(part) {
    return !part.isSeen && part.view && isDrawnBy(part, part.told.spec);
}

function isDrawnBy(part, spec) {
    if (part.spec !== spec && JSON.stringify(part.spec) !== JSON.stringify(spec)) return false;
    part.spec = spec;
    return true;
}

// From what is on the screen to new rows, matched by a field. Ends in time for the last of them, and
// at once where there is news, or a click that waits for some.
async function move(part, rows, by) {
    const from = new Map(part.shown.map(row => [row[by], row])), start = performance.now();
    let now = start, took = 0;
    for (;;) {
        await new Promise(go => {
            requestAnimationFrame(go);
            setTimeout(go, MOVE); // A tab in the background has no frames.
        });
        took = Math.max(took, performance.now() - now);
        now = performance.now();
        const isOver = now + took - start >= MOVE || isSending;
        if (isOver || part.drawn !== part.told || part.isGone) return;
        const share = (now - start) / MOVE, eased = share * (2 - share);
        part.shown = rows.map(row => between(from.get(row[by]), row, eased));
        await part.view.data("rows", part.shown).runAsync();
    }
}

function between(old, row, share) {
    const moved = { ...row };
    for (const name of old ? MOVING : []) {
        if (Number.isFinite(old[name]) && Number.isFinite(row[name])) {
            moved[name] = old[name] + share * (row[name] - old[name]);
        }
    }
    return moved;
}

async function begin(part, { spec, rows, alt }) {
    const { embed, expressionInterpreter } = await load(vegaScript);
    if (part.isGone) return;
    const look = getComputedStyle(part.place);
    part.end?.();
    part.spec = spec;
    part.width = part.place.clientWidth;
    const { view, finalize } = await embed(part.place, {
        ...structuredClone(spec), description: alt, data: { name: "rows", values: rows }, width: part.width,
        background: look.getPropertyValue("--st-background-color").trim(),
    }, {
        actions: false, ast: true, expr: expressionInterpreter, renderer: "svg",
        defaultStyle: false, tooltip: { disableDefaultStyle: true },
        config: { ...LOOK, font: look.fontFamily },
    });
    view.addEventListener("click", (event, item) => {
        const { wish } = part.told;
        if (wish && item?.datum?.at !== undefined) click({ wish: { ...wish, stand: item.datum.at } });
    });
    const follows = new ResizeObserver(() => fit(part));
    follows.observe(part.place);
    Object.assign(part, { view, end: () => (follows.disconnect(), finalize()) });
    if (part.isGone) part.end();
}

function fit(part) {
    const width = part.place.clientWidth;
    if (!width || width === part.width) return;
    part.width = width;
    part.view.width(width).resize().runAsync();
}

function saving(part) {
    const made = pressed("panel-save", async () => {
        const href = await part.view?.toImageURL("png", Math.max(2, devicePixelRatio));
        if (!href) return;
        Object.assign(document.createElement("a"), { href, download: `${part.told.key}.png` }).click();
    });
    made.title = "Download as PNG";
    made.setAttribute("aria-label", `${made.title}: ${part.told.alt.split(": ")[0]}`);
    made.append(sign("download"));
    return made;
}

// The same module as that of Streamlit's charts: it is loaded once.
function load(path) {
    vega ??= import(new URL(path, location.origin).href).then(
        module => Object.values(module).find(one => typeof one === "function")(),
    ).catch(error => {
        vega = undefined; // The server is away: the next time it may be there.
        throw error;
    });
    return vega;
}

// -- elements; text of people is only ever a text node

function phrase(pieces) {
    return pieces.map(([text, isBold]) => isBold ? written("strong", text) : text);
}

// A word in a font of signs: neither read nor translated.
function sign(icon) {
    const made = Object.assign(written("span", icon, "panel-sign"), { translate: false });
    made.setAttribute("aria-hidden", "true");
    return made;
}

function pressed(name, onClick) {
    const made = Object.assign(make("button", name), { type: "button" });
    made.addEventListener("click", onClick);
    return made;
}

function written(tag, text, name) {
    return Object.assign(make(tag, name), { textContent: text });
}

function make(tag, name = "") {
    return Object.assign(document.createElement(tag), { className: name });
}

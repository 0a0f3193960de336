const VEGA = 300;  // Milliseconds in which Vega draws its charts anew after a resize.
const fronts = new WeakMap();

export default function ({ data, parentElement }) {
    let front = fronts.get(parentElement);
    if (!front) fronts.set(parentElement, front = build(parentElement));
    if (front.data?.screen !== data.screen) {
        const answers = front.hands.length && !data.answers.length ? front.data.answers : [];
        front.before = { answers, hands: front.hands };
        front.hands = [];
    }
    front.data = data;
    front.way.style.setProperty("--way", data.way);
    show(front);
    // The next press may come: see `stage_keys`.
    document.documentElement.dataset.drawn = data.turn;
    dispatchEvent(new Event("stage-drawn"));
    return () => {
        front.sized.disconnect();
        removeEventListener("keydown", front.onKey, true);
        removeEventListener("stage-blank", front.onBlank);
        removeEventListener("resize", front.onResize);
        clearTimeout(front.resized);
        front.box.remove();
        document.documentElement.classList.remove("counts-hands", "hands-in-rows");
        delete document.documentElement.dataset.hands;
        fronts.delete(parentElement);
    };
}

function build(parentElement) {
    const front = { hands: [], before: { answers: [], hands: [] }, isDark: false };
    front.box = make("div", "stage-front");
    front.way = make("div", "stage-way");
    front.tally = make("div", "stage-hands");
    front.tally.setAttribute("role", "status");
    front.dark = make("div", "stage-dark");
    front.dark.addEventListener("click", event => {
        event.stopPropagation();
        front.isDark = false;
        show(front);
    });
    front.box.append(front.way, front.tally, front.dark);
    // What is on the stage ends above them: long names take more lines.
    front.sized = new ResizeObserver(() => {
        document.documentElement.style.setProperty("--hands", `${front.tally.offsetHeight}px`);
    });
    front.sized.observe(front.tally);
    parentElement.append(front.box);
    front.onKey = event => press(front, event);
    // Before all others: while it is dark, a key does nothing but bring the light back.
    addEventListener("keydown", front.onKey, true);
    front.onResize = () => { clearTimeout(front.resized); front.resized = setTimeout(spaceLines, VEGA); };
    addEventListener("resize", front.onResize);
    // A remote asks for it: see remote_watch.
    front.onBlank = () => { front.isDark = !front.isDark; show(front); };
    addEventListener("stage-blank", front.onBlank);
    return front;
}

function press(front, event) {
    if (!front.data.keys || event.ctrlKey || event.metaKey || event.altKey) return;
    const answers = front.data.answers.length;
    if (front.isDark) {
        event.preventDefault();
        event.stopImmediatePropagation();
        front.isDark = event.repeat;
    } else if (event.repeat) return;
    else if (event.key === "b" || event.key === "B" || event.key === ".") front.isDark = true;
    else if (event.key >= "1" && event.key <= "9" && event.key <= answers) front.hands.push(event.key - 1);
    else if (event.key === "Backspace") front.hands.pop();
    show(front);
}

// At a resize Vega enlarges the type of a text, but leaves its lines where they were.
function spaceLines() {
    for (const line of document.querySelectorAll(".st-key-on-stage svg.marks tspan[dy]")) {
        const { lineHeight, fontSize } = line.__data__;
        line.setAttribute("dy", lineHeight || fontSize + 2);
    }
}

function show(front) {
    front.dark.hidden = !front.isDark;
    const { answers, hands } = front.hands.length ? { ...front.data, hands: front.hands } : front.before;
    const isBefore = !front.hands.length;
    front.tally.hidden = !answers.length;
    front.tally.classList.toggle("before", isBefore);
    front.tally.style.setProperty("--rows", front.data.rows);
    document.documentElement.classList.toggle("counts-hands", !front.tally.hidden);
    document.documentElement.classList.toggle("hands-in-rows", front.data.rows > 0);
    // Goes to the server with each step: see `stage_keys` and `remote_watch`.
    const own = counted(front.data.answers, front.hands);
    document.documentElement.dataset.hands = JSON.stringify({ screen: front.data.screen, counts: own });
    const counts = counted(answers, hands);
    front.tally.replaceChildren(...answers.map((answer, n) => {
        const cell = make("div", counts[n] === Math.max(...counts) ? "most" : "");
        const label = make("span", "");
        const count = make("b", "");
        label.textContent = answer;
        count.textContent = counts[n];
        cell.append(count, label);
        cell.hidden = isBefore && !counts[n];
        return cell;
    }));
}

function counted(answers, hands) {
    return answers.map((_, n) => hands.filter(hand => hand === n).length);
}

function make(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
}

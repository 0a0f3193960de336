const fields = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    let field = fields.get(parentElement);
    if (!field) fields.set(parentElement, field = build(parentElement));
    field.data = data;
    field.tell = name => setTriggerValue("ended", name);
    field.input.accept = data.kinds;
    return () => {
        field.request?.abort();
        field.box.remove();
        fields.delete(parentElement);
    };
}

function build(parentElement) {
    const field = { box: element("div", "upload-field") };
    const label = element("label", "upload-choose");
    field.input = element("input", "upload-input");
    field.input.type = "file";
    label.append(field.input, "Choose a file, or drop it here");
    field.bar = element("progress", "upload-bar");
    field.bar.setAttribute("aria-label", "Sent");
    field.cancel = element("button", "upload-cancel");
    field.cancel.type = "button";
    field.cancel.textContent = "Cancel";
    field.said = element("span", "upload-said");
    field.said.setAttribute("role", "status");
    field.bar.hidden = field.cancel.hidden = true;
    field.box.append(label, field.bar, field.cancel, field.said);
    field.input.addEventListener("change", () => send(field, field.input.files[0]));
    field.cancel.addEventListener("click", () => field.request?.abort());
    field.box.addEventListener("dragover", event => event.preventDefault());
    field.box.addEventListener("drop", event => {
        event.preventDefault();
        send(field, event.dataTransfer.files[0]);
    });
    parentElement.append(field.box);
    return field;
}

function element(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
}

function send(field, file) {
    const { data } = field;
    if (!file || field.request) return;
    if (file.size > data.most * 2 ** 20) {
        field.said.textContent = `It is larger than ${data.most} MiB, the maximum.`;
        return;
    }
    const request = field.request = new XMLHttpRequest();
    request.upload.addEventListener("progress", event => {
        field.bar.value = event.loaded / file.size;
    });
    request.addEventListener("loadend", () => {
        field.request = null;
        field.input.value = "";
        field.bar.hidden = field.cancel.hidden = true;
        field.said.textContent = request.status === 204 ? "" : reason(request);
        field.tell(file.name);
    });
    field.bar.value = 0;
    field.bar.hidden = field.cancel.hidden = false;
    field.said.textContent = `Sending ${file.name}`;
    request.open("POST", data.path);
    request.setRequestHeader(data.header, data.token);
    request.send(file);
}

function reason(request) {
    try {
        return JSON.parse(request.responseText).error;
    } catch {
        return "It was not sent.";
    }
}

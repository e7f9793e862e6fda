"use strict";
// A small client of the socket: what it keeps is one position, see docs/live.md.
const BITS = ["missing", "sentinel", "out of range", "too fast", "spike", "frozen", "gap", "late",
  "impossible", "unit suspect", "gross error", "reconciled", "calibrated"];
const INFORMATIVE = (1 << 6) | (1 << 7) | (1 << 11) | (1 << 12);
const COLOURS = { drilling_rotating: "#3fb950", drilling_sliding: "#2ea043", connection: "#d29922",
  tripping_in: "#58a6ff", tripping_out: "#1f6feb", circulating: "#39c5cf", reaming: "#a371f7",
  back_reaming: "#8957e5", static: "#6e7681", out_of_hole: "#484f58", unknown: "#30363d" };
const KEPT = 300000, STALE = 15000;
const byId = (id) => document.getElementById(id);
let socket = null, asked = 0, answered = 0, position = null, pause = 500, secret = null, rig = "";
const channels = new Map(), activities = new Map();

async function login(event) {
  event.preventDefault();
  rig = byId("rig-id").value;
  secret = byId("key").value ? { key: byId("key").value } : await token();
  if (secret) { byId("login").hidden = true; connect(); }
}

async function token() {
  const body = JSON.stringify({ email: byId("email").value, password: byId("password").value });
  const answer = await fetch("/api/v1/auth/login",
    { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const told = await answer.json();
  if (!answer.ok) { state(told.detail, "off"); return null; }
  return { token: told.access_token, refresh: told.refresh_token };
}

async function renewed() {
  // An access token lasts a quarter of an hour; a broken line may come back later.
  if (!secret.refresh) return secret;
  const answer = await fetch("/api/v1/auth/refresh", { method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: secret.refresh }) });
  if (!answer.ok) { again(); return null; }
  const told = await answer.json();
  secret = { token: told.access_token, refresh: told.refresh_token };
  return secret;
}

function again(words = "log in again") { byId("login").hidden = false; state(words, "off"); }

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/api/v1/sensor-data/ws/${rig}`);
  socket.onmessage = (message) => heard(JSON.parse(message.data));
  socket.onclose = (end) => {
    if (end.code >= 4400 && end.code < 4429) { again(end.reason || "the service said no"); return; }
    state("disconnected, comes again", "off");
    setTimeout(async () => { if (position === null || await renewed()) connect(); }, pause);
    pause = Math.min(2 * pause, 15000);
  };
}

function subscribe() {
  asked += 1;
  const wanted = { type: "subscribe", id: String(asked), rate: 4, history: 300, quality: true,
    predictions: true, alerts: true };
  if (position) wanted.resume = { [rig]: position };
  socket.send(JSON.stringify(wanted));
}

function heard(told) {
  if (told.type === "hello") {
    const { refresh, ...way } = secret;
    socket.send(JSON.stringify({ type: "login", ...way }));
  } else if (told.type === "welcome") { pause = 500; state("connected", "on"); subscribe(); }
  else if (told.type === "subscribed") answered = Number(told.id);
  else if (told.type === "error") { if (told.code !== "not_authenticated") again(told.detail); }
  else if (told.type === "status") state(told.detail, told.state === "ok" ? "on" : "off");
  else if (told.rig && answered === asked) read(told);
}

function read(told) {
  if (told.type === "gap") { position = told.after; subscribe(); return; }
  if (told.type === "snapshot" && told.part === 1) { channels.clear(); byId("tiles").replaceChildren(); }
  byId("rig").textContent = told.rig;
  byId("origin").textContent = told.origin;
  for (const [name, unit] of Object.entries(told.units || {})) tile(name).unit.textContent = unit;
  for (const [name, values] of Object.entries(told.values)) {
    const one = tile(name);
    values.forEach((value, at) => {
      if (value !== null) one.points.set(Date.parse(told.time[at]), value);
    });
  }
  if (told.verdicts) judge(told.verdicts);
  for (const event of told.events || []) show(event);
  if (told.part === told.parts) position = told.position;
}

function judge(verdicts) {
  verdicts.time.forEach((time, at) => activities.set(Date.parse(time), verdicts.activity[at]));
  byId("activity").textContent = (verdicts.activity.at(-1) || "").replaceAll("_", " ");
  for (const one of channels.values()) one.bits = 0;
  for (const [name, bits] of Object.entries(verdicts.bits)) if (channels.has(name)) channels.get(name).bits = bits.at(-1);
}

function show(event) {
  const list = byId("events"), line = document.createElement("li");
  const told = event.body.message || JSON.stringify(event.body);
  line.textContent = `${event.time.slice(11, 19)}  ${event.kind}  ${told}`;
  list.querySelector(".none")?.remove();
  list.prepend(line);
  while (list.children.length > 20) list.lastChild.remove();
}

function tile(name) {
  if (!channels.has(name)) {
    const box = document.createElement("section"), parts = {};
    box.className = "tile";
    for (const part of ["name", "value", "unit", "flags"]) {
      parts[part] = document.createElement(part === "value" || part === "unit" ? "span" : "div");
      parts[part].className = part;
      box.append(parts[part]);
    }
    parts.name.textContent = name.replaceAll("_", " ");
    const canvas = document.createElement("canvas");
    box.append(canvas);
    byId("tiles").append(box);
    channels.set(name, { box, canvas, points: new Map(), bits: 0, ...parts });
  }
  return channels.get(name);
}

function draw() {
  const now = Date.now(), open = socket && socket.readyState === WebSocket.OPEN;
  for (const one of channels.values()) drawTile(one, now, open);
  drawRibbon();
}

function drawTile(one, now, open) {
  const points = [...one.points].sort((a, b) => a[0] - b[0]);
  if (!points.length) return;
  const [newest, value] = points.at(-1);
  for (const [time] of points) if (time < newest - KEPT) one.points.delete(time);
  one.value.textContent = value.toFixed(Math.abs(value) < 100 ? 2 : 1);
  const bad = one.bits & ~INFORMATIVE;
  one.box.classList.toggle("bad", bad !== 0);
  one.box.classList.toggle("stale", !open || now - newest > STALE);
  one.flags.textContent = BITS.filter((_, bit) => one.bits & (1 << bit)).join(", ");
  curve(one.canvas, points.filter(([time]) => time >= newest - KEPT), newest);
}

function curve(canvas, points, newest) {
  const width = canvas.width = canvas.clientWidth, height = canvas.height = canvas.clientHeight;
  const values = points.map((point) => point[1]), low = Math.min(...values), high = Math.max(...values);
  const pen = canvas.getContext("2d");
  pen.strokeStyle = "#58a6ff";
  pen.beginPath();
  let before = null;
  for (const [time, value] of points) {
    const x = width - (newest - time) / KEPT * width;
    const y = height - 3 - (high > low ? (value - low) / (high - low) : 0.5) * (height - 6);
    // A gap stays a gap.
    if (before !== null && time - before < 15000) pen.lineTo(x, y); else pen.moveTo(x, y);
    before = time;
  }
  pen.stroke();
}

function drawRibbon() {
  const canvas = byId("ribbon"), times = [...activities.keys()].sort((a, b) => a - b);
  const width = canvas.width = canvas.clientWidth, newest = times.at(-1);
  const pen = canvas.getContext("2d");
  times.forEach((time, at) => {
    if (time < newest - KEPT) { activities.delete(time); return; }
    const x = width - (newest - time) / KEPT * width, next = times[at + 1] ?? newest;
    pen.fillStyle = COLOURS[activities.get(time)] || COLOURS.unknown;
    pen.fillRect(x, 0, Math.max(1, Math.min(next - time, 15000) / KEPT * width + 1), 14);
  });
}

function state(words, kind) { byId("state").textContent = words; byId("state").className = kind; }

byId("login").addEventListener("submit", login);
setInterval(draw, 250);
setInterval(() => { if (socket && socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}'); }, 20000);

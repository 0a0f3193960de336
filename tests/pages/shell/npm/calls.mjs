// Calls all operations of the two official npm clients; prints a JSON object: operation -> status.
// Usage: node calls.mjs ADDRESS KEY
import restModule from "@azure-rest/ai-personalizer";
import personalizer from "@azure/cognitiveservices-personalizer";
import msRest from "@azure/ms-rest-js";

const [address, key] = process.argv.slice(2);
const actions = [
  { id: "tea", features: [{ hot: true }] },
  { id: "cola", features: [{ hot: false }] },
];
const contextFeatures = [{ weather: "rainy" }];
const statuses = {};

const oldClient = (key) => new personalizer.PersonalizerClient(
  new msRest.ApiKeyCredentials({ inHeader: { "Ocp-Apim-Subscription-Key": key } }),
  address,
  { noRetryPolicy: true },
);
const old = oldClient(key);
const note = (name, answer) => (statuses[name] = answer._response.status);
const failing = async (call) => {
  try {
    return (await call())._response.status;
  } catch (error) {
    return error.statusCode;
  }
};
note("2.0.1 rank", await old.rank({ actions, contextFeatures, eventId: "old 1" }));
note("2.0.1 activate", await old.events.activate("old 1"));
note("2.0.1 reward", await old.events.reward("old 1", { value: 1 }));
note("2.0.1 late reward", await old.events.reward("nobody", { value: 1 }));
statuses["2.0.1 bad rank"] = await failing(() => old.rank({ actions: [] }));
statuses["2.0.1 bad reward"] = await failing(() => old.events.reward("old 1", { value: 1e9 }));

statuses["2.0.1 wrong key"] = await failing(() => oldClient("wrong").rank({ actions }));

const restClient = (key) =>
  (restModule.default ?? restModule)(address, { key }, { retryOptions: { maxRetries: 0 } });
const client = restClient(key);
const call = async (name, path, method, options = {}, ...ids) => {
  const answer = await client.path(path, ...ids)[method]({ allowInsecureConnection: true, ...options });
  statuses[name] = Number(answer.status);
  return answer.body;
};
const body = (value) => ({ body: value, contentType: "application/json" });
await call("rank", "/rank", "post", body({ actions, contextFeatures, eventId: "new 1" }));
await call("activate", "/events/{eventId}/activate", "post", {}, "new 1");
await call("reward", "/events/{eventId}/reward", "post", body({ value: 1 }), "new 1");
await call("multi-slot rank", "/multislot/rank", "post", body({
  actions, contextFeatures, eventId: "slots 1", slots: [{ id: "a", baselineAction: "tea" }],
}));
await call("multi-slot activate", "/multislot/events/{eventId}/activate", "post", {}, "slots 1");
await call("multi-slot reward", "/multislot/events/{eventId}/reward", "post",
  body({ reward: [{ slotId: "a", value: 1 }] }), "slots 1");
const configuration = await call("configuration", "/configurations/service", "get");
await call("new configuration", "/configurations/service", "put",
  body({ ...configuration, defaultReward: 0.1 }));
const policy = await call("policy", "/configurations/policy", "get");
await call("new policy", "/configurations/policy", "put", body(policy));
await call("reset policy", "/configurations/policy", "delete");
const window = {
  startTime: new Date(Date.now() - 3_600_000).toISOString(),
  endTime: new Date(Date.now() + 3_600_000).toISOString(),
};
const evaluation = await call("evaluation", "/evaluations", "post", body({
  name: "first", enableOfflineExperimentation: false, policies: [], ...window,
}));
for (let wait = 0; wait < 100; wait += 1) {
  const state = await call("evaluation result", "/evaluations/{evaluationId}", "get",
    { queryParameters: window }, evaluation.id);
  if (state.status === "Succeeded") break;
  await new Promise((resolve) => setTimeout(resolve, 200));
}
await call("evaluations", "/evaluations", "get");
await call("apply", "/configurations/applyFromEvaluation", "post",
  body({ evaluationId: evaluation.id, policyName: "nobody" }));
await call("delete evaluation", "/evaluations/{evaluationId}", "delete", {}, evaluation.id);
await call("model properties", "/model/properties", "get");
const model = await client.path("/model").get({
  allowInsecureConnection: true, queryParameters: { signed: true },
}).asNodeStream?.();
statuses["model"] = Number(model?.status ?? (await call("model", "/model", "get"), statuses["model"]));
await call("reset model", "/model", "delete");
await call("log properties", "/logs/properties", "get");
await call("delete logs", "/logs", "delete");
await call("no log", "/logs/properties", "get");
await call("interactions", "/logs/interactions", "post",
  { body: "[]", contentType: "application/octet-stream" });
await call("observations", "/logs/observations", "post",
  { body: "[]", contentType: "application/octet-stream" });
await call("bad rank", "/rank", "post", body({ actions: [] }));
const statusOf = async (client, value) => {
  const options = { allowInsecureConnection: true, ...body(value) };
  return Number((await client.path("/rank").post(options)).status);
};
statuses["wrong key"] = await statusOf(restClient("wrong"), { actions });
const text = "x".repeat(200_000);
const large = { actions, contextFeatures: [{ text }] };
statuses["large rank"] = await statusOf(client, large);
statuses["2.0.1 large rank"] = await failing(() => old.rank(large));
// Last, as the key may not call for a while afterwards. Calls earn permits while they wait: each
// client calls until it is refused.
const untilRefused = async (call) => {
  let status = 0;
  for (let calls = 0; calls < 1_000 && status !== 429; calls += 1) status = await call();
  return status;
};
statuses["too many calls"] = await untilRefused(() => statusOf(client, { actions: [] }));
statuses["2.0.1 too many calls"] = await untilRefused(() => failing(() => old.rank({ actions })));
console.log(JSON.stringify(statuses));

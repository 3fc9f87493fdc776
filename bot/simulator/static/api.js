// The requests of the page. Every failure becomes an Error with a calm Chinese sentence.

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Error("连不上演示服务，正在重试。");
  }
  const said = await response.json().catch(() => null);
  if (!response.ok || !said) throw new Error(said?.error ?? "演示服务出了点问题，请稍后再试。");
  return said;
}

export const getState = (after) => answerOf(fetch(`/sandbox/state?after=${after}`));

export const post = (action, body) =>
  answerOf(
    fetch(`/sandbox/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Sandbox": "1" },
      body: JSON.stringify(body),
    })
  );

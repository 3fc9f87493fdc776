// Says on a file's page that the download has begun: the browser stays on the page. Without it the button does the same.

const form = document.querySelector(".confirm form");
const button = form.querySelector("button");
const said = document.querySelector("#begun");

form.addEventListener("submit", () => {
  // After the submission: a disabled button sends nothing.
  window.setTimeout(() => {
    button.disabled = true;
    button.textContent = "已开始下载…";
    said.textContent = "文件请在浏览器的下载列表里查看。这个链接不能再用；没有看到文件的话，请在公众号里再发送一次“导出”。";
  }, 0);
});

// Back from another page: the link may still be good, for instance when the database did not answer.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

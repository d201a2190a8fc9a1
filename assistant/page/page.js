// What the page does without the server: its language is set before anything is drawn, and remembered in a cookie.
window.assistantPage = {
  speak(language) {
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  },
  remember(language) {
    document.cookie = `language=${language}; path=/; max-age=31536000; samesite=lax`;
  },
};
window.assistantPage.speak((/(?:^|; )language=(en|zh)/.exec(document.cookie) || [])[1] || (navigator.language || "").slice(0, 2));

// Says to an app that frames this page whether the browser's state is still the one that the app was told (OpenID Connect
// Session Management 1.0 section 4.2). It reads one cookie, sends nothing anywhere, and answers only whoever asked. A classic
// script with a hash of its own: browsers that apps still run in know neither modules nor promises, and some no crypto.subtle.
(function () {
  "use strict";

  function browserState() {
    var found = /(?:^|; )__Host-state=([^;]*)/.exec(document.cookie);
    return found ? found[1] : "";
  }

  // The first 32 bits of the fractions of roots of the first primes (FIPS 180-4 sections 4.2.2 and 5.3.3).
  function fractions(root, count) {
    var found = [];
    for (var number = 2; found.length < count; number += 1) {
      var prime = true;
      for (var divisor = 2; divisor * divisor <= number; divisor += 1) {
        if (number % divisor === 0) prime = false;
      }
      if (prime) {
        var power = Math.pow(number, 1 / root);
        found.push(((power - Math.floor(power)) * 4294967296) | 0);
      }
    }
    return found;
  }

  function turned(word, bits) {
    return (word >>> bits) | (word << (32 - bits));
  }

  // SHA-256 of plain letters, as bytes.
  function sha256(text) {
    var k = fractions(3, 64);
    var state = fractions(2, 8);
    var words = [];
    var length = ((text.length + 8) >> 6) * 16 + 16;
    var i;
    for (i = 0; i < length; i += 1) words[i] = 0;
    for (i = 0; i < text.length; i += 1) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    words[text.length >> 2] |= 128 << (24 - (text.length % 4) * 8);
    words[length - 1] = text.length * 8;
    for (var block = 0; block < length; block += 16) {
      var w = words.slice(block, block + 16);
      var v = state.slice();
      for (i = 0; i < 64; i += 1) {
        if (i >= 16) {
          var low = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ (w[i - 15] >>> 3);
          var high = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ (w[i - 2] >>> 10);
          w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
        }
        var sum = turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25);
        var chosen = (v[4] & v[5]) ^ (~v[4] & v[6]);
        var first = (v[7] + sum + chosen + k[i] + w[i]) | 0;
        var second = ((turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(first + second) | 0, v[0], v[1], v[2], (v[3] + first) | 0, v[4], v[5], v[6]];
      }
      for (i = 0; i < 8; i += 1) state[i] = (state[i] + v[i]) | 0;
    }
    var bytes = "";
    for (i = 0; i < 32; i += 1) bytes += String.fromCharCode((state[i >> 2] >>> (24 - (i % 4) * 8)) & 255);
    return bytes;
  }

  function hash(text) {
    return btoa(sha256(text)).replace(/\+/g, "-").replace(/\//g, "_").replace(/[=]/g, "");
  }

  function answer(asked, origin) {
    var words = typeof asked === "string" ? asked.split(" ") : [];
    var salt = (words[1] || "").split(".")[1];
    if (words.length !== 2 || !words[0] || !salt || /[^ -~]/.test(asked)) return "error";
    var state = browserState();
    var now = hash([words[0], origin, state, salt].join(" ")) + "." + salt;
    return state && now === words[1] ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    if (!event.source || event.origin === "null") return;
    event.source.postMessage(answer(event.data, event.origin), event.origin);
  });
})();

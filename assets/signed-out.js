// When every app in a frame has been told, the way goes on to the app that asked. A classic script: old school browsers know
// no modules. One that hangs is not waited for.
(function () {
  var gone = false;
  function go() {
    if (!gone) document.getElementById("continue").click();
    gone = true;
  }
  window.addEventListener("load", go);
  setTimeout(go, 3000);
})();

// <print-page><button>Print</button></print-page>: a menu's way to print. Its menu closes first, so as not to be printed.
class PrintPage extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => setTimeout(() => print()));
  }
}

customElements.define("print-page", PrintPage);

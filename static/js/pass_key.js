// A passkey: asks the browser for one and sends its answer with the form within. Hidden where there are none.
class PassKey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
    this.hidden = false;
    this.querySelector("button[type=button]").addEventListener("click", () => this.ask());
  }

  async ask() {
    const form = this.querySelector("form");
    const failed = this.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const credential = this.getAttribute("do") === "create" ? await this.create(form) : await this.get();
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  }

  async options() {
    const address = this.getAttribute("options-url");
    if (!address) return JSON.parse(document.getElementById(this.getAttribute("options")).textContent);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return (await answer.json()).request_options;
  }

  async create(form) {
    const { publicKey } = await this.options();
    const alone = form.elements.passwordless?.checked ?? false;
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      ...(alone ? { userVerification: "required" } : {}),
    };
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  }

  async get() {
    const { publicKey } = await this.options();
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  }
}

customElements.define("pass-key", PassKey);

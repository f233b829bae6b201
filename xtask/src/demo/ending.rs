//! What the demo leaves behind, and what can be done with it.

use std::path::Path;

use super::ceremony::secrets_file;
use super::downloads::Clients;
use super::service::token_file;
use crate::checkout::Programs;

/// Prints it.
pub(super) fn print(programs: &Programs, clients: &Clients<'_>, target: &str, data: &Path) {
    let Clients { tools, folder, service, .. } = clients;
    let url = &service.url;
    let laptop = folder.laptop();
    println!(
        "
The service goes on running.
  API        {url}/api/v1/
  metadata   {url}/metadata/
  files      {url}/content/
  token      {token} (an administrator's)
  log        {log}
  transcript of the ceremony: {transcript}

Judge it yourself:
  cargo xtask judges {url}/metadata/ {url}/content/ {root} {target}

Open the ceremony program on the same tokens (PKCS#11 module {module}; PINs in {secrets}):
  SOFTHSM2_CONF={conf} {program}
  SOFTHSM2_CONF={conf} {program} new --plain --folder {laptop}
  {program} inspect {payload}

  cargo xtask demo --stop{option}     ends the service
  cargo xtask demo --clean{option}    also removes {data}",
        token = token_file(folder).display(),
        log = folder.file("service.log").display(),
        transcript = laptop.join("transcript.txt").display(),
        root = folder.file("root.json").display(),
        module = tools.softhsm.display(),
        secrets = secrets_file(folder).display(),
        conf = laptop.join("softhsm2.conf").display(),
        program = programs.ceremony_tui.display(),
        laptop = laptop.display(),
        payload = folder.medium().join("payload.json").display(),
        option = option(data),
        data = data.display(),
    );
}

/// The option that names the folder, unless it is the usual one.
fn option(data: &Path) -> String {
    if data == Path::new(".demo") { String::new() } else { format!(" --data {}", data.display()) }
}

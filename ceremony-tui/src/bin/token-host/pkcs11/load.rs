//! Loading a module: the first moment in which somebody else's code runs here.

use ceremony_tui::token::Refusal;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use super::refused;

/// Loads and initialises the module.
pub(super) fn load(path: &str) -> Result<Pkcs11, Refusal> {
    refused::refuse(path)?;
    let not_loaded = |reason: String| Refusal::ModuleNotLoaded { module: path.to_owned(), reason };
    if !path.starts_with('/') {
        return Err(not_loaded("the path is not absolute".to_owned()));
    }
    match std::fs::metadata(path) {
        Err(error) => return Err(not_loaded(error.to_string())),
        Ok(metadata) if !metadata.is_file() => return Err(not_loaded("it is not a regular file".to_owned())),
        Ok(_) => {}
    }
    let context = Pkcs11::new(path).map_err(|error| not_loaded(why_not(&error)))?;
    initialize(&context, path)?;
    Ok(context)
}

/// Tells a loaded module to begin.
pub(super) fn initialize(context: &Pkcs11, path: &str) -> Result<(), Refusal> {
    let flags = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
    context
        .initialize(flags)
        .map_err(|error| Refusal::ModuleNotLoaded { module: path.to_owned(), reason: why_not(&error) })
}

fn why_not(error: &Error) -> String {
    match error {
        Error::LibraryLoading(reason) => reason.to_string(),
        Error::MissingSymbol(name) => format!("it is no PKCS#11 module: it has no {name}"),
        Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _) => {
            "it says that it is in use already, and nobody else uses it in here".to_owned()
        }
        Error::Pkcs11(code, function) => format!("it answered {code:?} to {function:?}"),
        other => other.to_string(),
    }
}

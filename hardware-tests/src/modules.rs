//! PKCS#11 modules that do not behave, made with the C compiler.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A module that never comes back from its first call.
///
/// # Errors
/// There is no C compiler, or no place for the module.
pub fn that_hangs(folder: &Path) -> io::Result<PathBuf> {
    let (source, module) = (folder.join("hangs.c"), folder.join("libhangs.so"));
    let text = "#include <unistd.h>\nunsigned long C_GetFunctionList(void **list) { for (;;) pause(); }\n";
    std::fs::write(&source, text)?;
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&module).arg(&source).status()?;
    if made.success() { Ok(module) } else { Err(io::Error::other("the C compiler made no module")) }
}

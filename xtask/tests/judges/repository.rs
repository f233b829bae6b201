//! A repository made and served by the real programs: a demo of ten crates in a folder that vanishes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};

/// A running demo. It stops when this is dropped.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    pub(crate) url: String,
    /// The root that the ceremony made.
    pub(crate) root: PathBuf,
    /// Paths of targets that are published.
    pub(crate) targets: Vec<String>,
}

impl Repository {
    /// Holds a ceremony, bootstraps, publishes ten crates and removes one of them.
    pub(crate) fn publish() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = demo(folder.path(), &["--crates", "10", "--as-built", "--port", "0"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let repository = Self {
            url: address(&said),
            root: folder.path().join("demo/root.json"),
            targets: targets(folder.path(), &said),
            folder,
        };
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        repository
    }

    /// A place for files of the test.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Removes a target through the API and waits until that is published.
    pub(crate) fn remove(&self, target: &str) {
        let token = std::fs::read_to_string(self.data().join("admin.token")).unwrap();
        let mut answer = ureq::post(format!("{}/api/v1/artifacts/delete", self.url))
            .header("Authorization", format!("Bearer {}", token.trim()))
            .header("Content-Type", "application/json")
            .send(json!({ "artifacts": [target] }).to_string())
            .unwrap();
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let task = answer["data"]["task_id"].as_str().unwrap().to_owned();
        for _ in 0..200 {
            let mut state = ureq::get(format!("{}/api/v1/task?task_id={task}", self.url)).call().unwrap();
            if state.body_mut().read_to_string().unwrap().contains("SUCCESS") {
                return;
            }
            pause();
        }
        panic!("{target} was not removed within ten seconds");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("demo")
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        demo(self.folder.path(), &["--stop"]);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks at a task, of which there are 200 at most"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

fn demo(folder: &Path, options: &[&str]) -> Output {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_xtask"));
    demo.arg("demo").arg("--data").arg(folder.join("demo")).args(options).output().unwrap()
}

/// Where the demo says that its service answers.
fn address(said: &str) -> String {
    let url = said.lines().find_map(|line| line.trim().strip_prefix("metadata ")).unwrap_or_default().trim();
    url.trim_end_matches("/metadata/").to_owned()
}

/// What lies in the content folder, without the file that the demo says it removed.
fn targets(folder: &Path, said: &str) -> Vec<String> {
    let removed =
        said.split_whitespace().zip(said.split_whitespace().skip(1)).find(|(_, next)| *next == "gone");
    let removed = removed.map_or("", |(name, _)| name);
    let Ok(crates) = folder.join("demo/content/crates").read_dir() else { return Vec::new() };
    let files = crates.flat_map(|folder| folder.unwrap().path().read_dir().unwrap());
    let mut paths: Vec<String> = files
        .map(|file| {
            file.unwrap().path().strip_prefix(folder.join("demo/content")).unwrap().display().to_string()
        })
        .filter(|path| !path.ends_with(&format!("/{removed}")))
        .collect();
    paths.sort();
    paths
}

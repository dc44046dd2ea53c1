//! askama as a participant of the bench: templates compiled by rustc, from Rust structs. Run at the repository's root.
//!
//!     peer PAGE SECONDS        prints PAGE, nanoseconds a render, bytes
//!     peer --print PAGE        prints the page
//!     peer --renders N PAGE    renders N times and prints nothing: for callgrind

mod pages;

use std::error::Error as AnyError;
use std::io::Write;

use askama::Template;
use serde::de::DeserializeOwned;

/// The time that the processor worked for this process.
fn processor_seconds() -> f64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: clock_gettime writes to the struct that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

enum Task {
    Print,
    Renders(u32),
    Measure(f64),
}

fn run<T: Template + DeserializeOwned>(name: &str, task: Task) -> Result<(), Box<dyn AnyError>> {
    let data: T = serde_json::from_str(&std::fs::read_to_string(format!(
        "build/bench/data/{name}.json"
    ))?)?;
    let mut page = String::new();
    let seconds = match task {
        Task::Print => {
            data.render_into(&mut page)?;
            std::io::stdout().write_all(page.as_bytes())?;
            return Ok(());
        }
        Task::Renders(renders) => {
            for _ in 0..renders {
                page.clear();
                std::hint::black_box(&data).render_into(&mut page)?;
            }
            return Ok(());
        }
        Task::Measure(seconds) => seconds,
    };
    let mut measure = |seconds: f64| -> Result<f64, askama::Error> {
        let (start, mut elapsed, mut renders) = (processor_seconds(), 0.0, 0u64);
        while elapsed < seconds {
            for _ in 0..4 {
                page.clear();
                std::hint::black_box(&data).render_into(&mut page)?;
            }
            renders += 4;
            elapsed = processor_seconds() - start;
        }
        Ok(elapsed / renders as f64 * 1e9)
    };
    measure(seconds / 2.0)?;
    let each = measure(seconds)?;
    println!("{name}\t{each:.0}\t{}", page.len());
    Ok(())
}

fn main() -> Result<(), Box<dyn AnyError>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, task) = match words.as_slice() {
        ["--print", name] => (*name, Task::Print),
        ["--renders", renders, name] => (*name, Task::Renders(renders.parse()?)),
        [name, seconds] => (*name, Task::Measure(seconds.parse()?)),
        _ => return Err("usage: peer PAGE SECONDS | --print PAGE | --renders N PAGE".into()),
    };
    match name {
        "dashboard" => run::<pages::Dashboard>(name, task),
        "table" => run::<pages::Table>(name, task),
        "text" => run::<pages::Text>(name, task),
        "actions" => run::<pages::Actions>(name, task),
        _ => Err(format!("there is no page {name}").into()),
    }
}

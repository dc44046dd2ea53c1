//! minijinja as a participant of the bench, with Jinja2's templates. The data are converted to minijinja's values once,
//! before anything is measured. Run at the repository's root.
//!
//!     peer PAGE SECONDS    prints PAGE, nanoseconds a render, bytes
//!     peer --print PAGE    prints the page

use std::collections::BTreeMap;
use std::error::Error as AnyError;
use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, HtmlEscape, State};

#[derive(Debug)]
struct Moment(DateTime<Utc>);

impl Object for Moment {
    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (method, args.first().and_then(|layout| layout.as_str())) {
            ("strftime", Some(layout)) => Ok(Value::from(self.0.format(layout).to_string())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn typed(json: &serde_json::Value) -> Result<Value, Box<dyn AnyError>> {
    Ok(match json {
        serde_json::Value::Array(items) => {
            Value::from(items.iter().map(typed).collect::<Result<Vec<_>, _>>()?)
        }
        serde_json::Value::Object(fields) => {
            match fields.get("$time").and_then(|time| time.as_str()) {
                Some(time) => Value::from_object(Moment(time.parse()?)),
                None => {
                    let mut map = BTreeMap::new();
                    for (name, value) in fields {
                        map.insert(Arc::<str>::from(name.as_str()), typed(value)?);
                    }
                    Value::from_object(map)
                }
            }
        }
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(truth) => Value::from(*truth),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => Value::from(integer),
            None => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
    })
}

/// What Jinja2 calls forceescape: also what is marked as safe is escaped.
fn force_escape(text: String) -> Value {
    Value::from_safe_string(HtmlEscape(&text).to_string())
}

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

fn main() -> Result<(), Box<dyn AnyError>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second] = arguments.as_slice() else {
        return Err("usage: peer PAGE SECONDS | --print PAGE".into());
    };
    let (only_print, name) = if first == "--print" {
        (true, second)
    } else {
        (false, first)
    };

    let source = std::fs::read_to_string(format!("bench/peers/jinja2/templates/{name}.html"))?;
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("forceescape", force_escape);
    environment.add_template(name, &source)?;
    let template = environment.get_template(name)?;
    let data = typed(&serde_json::from_str(&std::fs::read_to_string(format!(
        "build/bench/data/{name}.json"
    ))?)?)?;

    if only_print {
        std::io::stdout().write_all(template.render(data)?.as_bytes())?;
        return Ok(());
    }
    let mut page = Vec::new();
    let mut measure = |seconds: f64| -> Result<(f64, usize), Error> {
        let (start, mut elapsed, mut renders) = (processor_seconds(), 0.0, 0u64);
        while elapsed < seconds {
            for _ in 0..4 {
                page.clear();
                template.render_captured_to(data.clone(), &mut page)?;
            }
            renders += 4;
            elapsed = processor_seconds() - start;
        }
        Ok((elapsed / renders as f64 * 1e9, page.len()))
    };
    let seconds: f64 = second.parse()?;
    measure(seconds / 2.0)?;
    let (each, bytes) = measure(seconds)?;
    println!("{name}\t{each:.0}\t{bytes}");
    Ok(())
}

//! Deflating and inflating by the browser, for links in the compressed form: a library would cost the page 20 KB.

use consensus_scenario::{InflateError, Inflated, bounds::INFLATED_BYTES};
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, WritableStream};
use yew::platform::spawn_local;

/// Deflates; none where the browser cannot.
pub async fn deflate(text: String) -> Option<Vec<u8>> {
    through("CompressionStream", text.as_bytes()).await.ok()
}

/// Inflates what is left of a link, and stops where it grows beyond what a link may hold.
pub async fn inflate(deflated: Vec<u8>) -> Inflated {
    through("DecompressionStream", &deflated).await
}

/// Sends bytes through a stream of this class, and gathers what comes out of it.
async fn through(class: &str, bytes: &[u8]) -> Inflated {
    let format = Array::of1(&"deflate-raw".into());
    let stream = property(&js_sys::global(), class)
        .dyn_into::<Function>()
        .and_then(|class| Reflect::construct(&class, &format))
        .map_err(|_| InflateError::Impossible)?;
    let into: WritableStream = property(&stream, "writable").unchecked_into();
    let from: ReadableStream = property(&stream, "readable").unchecked_into();
    let damaged = |_| InflateError::Damaged;
    let writer = into.get_writer().map_err(damaged)?;
    let (written, closed) = (writer.write_with_chunk(&Uint8Array::from(bytes)), writer.close());
    // A stream that is refused says so to the writer too; it is the reader that is listened to.
    for promise in [written, closed] {
        spawn_local(async move { drop(JsFuture::from(promise).await) });
    }
    let reader: ReadableStreamDefaultReader = from.get_reader().unchecked_into();
    let mut out = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(damaged)?;
        if property(&piece, "done").is_truthy() {
            return Ok(out);
        }
        let value: Uint8Array = property(&piece, "value").unchecked_into();
        if out.len() + value.length() as usize > INFLATED_BYTES {
            // Nobody waits for the rest.
            let _ = reader.cancel();
            return Err(InflateError::TooLong);
        }
        out.extend(value.to_vec());
    }
}

fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or_default()
}

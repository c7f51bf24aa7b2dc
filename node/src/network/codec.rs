//! The frame of a request and of its response, on one stream each way.
//!
//! A frame is a big-endian `u32` length and that many bytes, nothing more. The reader stops at
//! the end of the frame, so a sender that does not half-close its stream is no trouble; bytes
//! that have arrived behind the frame are refused.

use std::{future, io, pin::Pin, task::Poll};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::{StreamProtocol, request_response};
use thiserror::Error;

use super::limits::{REQUEST_MAX_BYTES, RESPONSE_MAX_BYTES};

/// Name and version of the request protocol, as negotiated by multistream-select.
pub(super) const EXCHANGE_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/exchange/1");

/// What is allocated on the word of a length prefix alone; the rest follows bytes that arrived.
const FIRST_ALLOCATION_BYTES: usize = 8 * 1024;

/// Why a frame was refused. Travels inside an [`io::Error`], which is what libp2p asks of a
/// codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum FrameError {
    /// The length prefix, or the bytes to be sent, exceed the cap.
    #[error("the frame has {length} bytes and at most {max} are allowed; send it in parts")]
    TooLarge {
        /// Bytes announced.
        length: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The stream ended before the first byte: the other side dropped the request.
    #[error("the other side closed the stream without a frame; try again later")]
    Nothing,
    /// The stream ended inside the frame.
    #[error("the stream ended inside a frame; try again")]
    Cut,
    /// More bytes behind the frame.
    #[error("bytes follow the frame; the other side speaks another protocol version")]
    Trailing,
}

impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> Self {
        let kind = match error {
            FrameError::TooLarge { .. } | FrameError::Trailing => io::ErrorKind::InvalidData,
            FrameError::Nothing | FrameError::Cut => io::ErrorKind::UnexpectedEof,
        };
        Self::new(kind, error)
    }
}

/// Reads and writes frames as opaque bytes; what they mean is decided elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Codec;

impl request_response::Codec for Codec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io, REQUEST_MAX_BYTES).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io, RESPONSE_MAX_BYTES).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &request, REQUEST_MAX_BYTES).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &response, RESPONSE_MAX_BYTES).await
    }
}

/// Reads exactly one frame of at most `max` bytes. Never waits for the end of the stream.
async fn read_frame<T>(io: &mut T, max: usize) -> io::Result<Vec<u8>>
where
    T: AsyncRead + Unpin + Send,
{
    let mut prefix = [0; 4];
    if io.read(&mut prefix[..1]).await? == 0 {
        return Err(FrameError::Nothing.into());
    }
    io.read_exact(&mut prefix[1..]).await.map_err(cut)?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > max {
        return Err(FrameError::TooLarge { length, max }.into());
    }
    let mut bytes = Vec::with_capacity(length.min(FIRST_ALLOCATION_BYTES));
    let mut body = AsyncReadExt::take(&mut *io, length as u64);
    body.read_to_end(&mut bytes).await?;
    if bytes.len() < length {
        return Err(FrameError::Cut.into());
    }
    match poll_one_byte(io).await {
        Poll::Ready(Ok(read)) if read > 0 => Err(FrameError::Trailing.into()),
        _ => Ok(bytes),
    }
}

/// Writes one frame and flushes it. Whoever opened the stream closes it.
async fn write_frame<T>(io: &mut T, bytes: &[u8], max: usize) -> io::Result<()>
where
    T: AsyncWrite + Unpin + Send,
{
    let length = bytes.len();
    let too_large = || FrameError::TooLarge { length, max };
    if length > max {
        return Err(too_large().into());
    }
    let prefix = u32::try_from(length).map_err(|_| too_large())?;
    io.write_all(&prefix.to_be_bytes()).await?;
    io.write_all(bytes).await?;
    io.flush().await
}

/// Looks for a byte that is already there, without waiting for one.
async fn poll_one_byte<T>(io: &mut T) -> Poll<io::Result<usize>>
where
    T: AsyncRead + Unpin,
{
    let mut byte = [0; 1];
    future::poll_fn(|context| Poll::Ready(Pin::new(&mut *io).poll_read(context, &mut byte))).await
}

/// An end of stream inside a frame, told apart from every other failure of the stream.
fn cut(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FrameError::Cut.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::task::Context;

    use futures::{FutureExt, executor::block_on, io::Cursor};
    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in pieces and then never ends: a sender that does not half-close.
    struct NeverEnds {
        bytes: Cursor<Vec<u8>>,
        piece: usize,
        most_asked: usize,
    }

    impl NeverEnds {
        fn new(bytes: Vec<u8>, piece: usize) -> Self {
            let bytes = Cursor::new(bytes);
            Self { bytes, piece, most_asked: 0 }
        }
    }

    impl AsyncRead for NeverEnds {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            self.most_asked = self.most_asked.max(buffer.len());
            let length = buffer.len().min(self.piece);
            match Pin::new(&mut self.bytes).poll_read(context, &mut buffer[..length]) {
                Poll::Ready(Ok(0)) => Poll::Pending,
                other => other,
            }
        }
    }

    fn frame(bytes: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        block_on(write_frame(&mut frame, bytes, bytes.len())).unwrap();
        frame
    }

    fn read(bytes: &[u8], max: usize) -> Result<Vec<u8>, FrameError> {
        block_on(read_frame(&mut Cursor::new(bytes), max)).map_err(|error| {
            let inner = error.get_ref().and_then(|e| e.downcast_ref());
            *inner.expect("a frame error")
        })
    }

    #[test]
    fn the_bytes_of_a_frame_are_as_specified() {
        assert_eq!(frame(b""), [0, 0, 0, 0]);
        assert_eq!(frame(b"hours"), [0, 0, 0, 5, b'h', b'o', b'u', b'r', b's']);
    }

    #[test]
    fn a_sender_that_never_half_closes_is_read_at_once() {
        let mut io = NeverEnds::new(frame(&[9; 3000]), 7);
        let read = read_frame(&mut io, 3000).now_or_never();
        assert_eq!(read.expect("no waiting for the end").unwrap(), [9; 3000]);
    }

    #[test]
    fn a_frame_that_is_not_there_yet_is_waited_for() {
        let mut io = NeverEnds::new(frame(&[9; 3000])[..2999].to_vec(), 4096);
        assert!(read_frame(&mut io, 3000).now_or_never().is_none());
    }

    #[test]
    fn a_length_over_the_cap_is_refused_before_reading_on() {
        let max = 10;
        let length = u32::MAX as usize;
        let mut bytes = u32::MAX.to_be_bytes().to_vec();
        assert_eq!(read(&bytes, max), Err(FrameError::TooLarge { length, max }));
        bytes.extend([0; 100]);
        let mut io = NeverEnds::new(bytes, 4096);
        assert!(read_frame(&mut io, max).now_or_never().unwrap().is_err());
        assert!(io.most_asked <= 4, "only the prefix is read");
    }

    #[test]
    fn a_length_alone_buys_little_memory() {
        let length = u32::try_from(REQUEST_MAX_BYTES).unwrap();
        let mut io = NeverEnds::new(length.to_be_bytes().to_vec(), 4096);
        assert!(read_frame(&mut io, REQUEST_MAX_BYTES).now_or_never().is_none());
        assert!(io.most_asked <= FIRST_ALLOCATION_BYTES);
    }

    #[test]
    fn ends_and_surplus_have_their_names() {
        assert_eq!(read(b"", 10), Err(FrameError::Nothing));
        assert_eq!(read(&[0, 0], 10), Err(FrameError::Cut));
        assert_eq!(read(&[0, 0, 0, 2, 1], 10), Err(FrameError::Cut));
        assert_eq!(read(&[0, 0, 0, 1, 1, 1], 10), Err(FrameError::Trailing));
    }

    #[test]
    fn too_much_is_not_sent() {
        let mut sent = Vec::new();
        assert!(block_on(write_frame(&mut sent, &[0; 11], 10)).is_err());
        assert!(sent.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 0..20_000)) {
            prop_assert_eq!(read(&frame(&bytes), bytes.len()), Ok(bytes));
        }

        #[test]
        fn any_bytes_are_a_frame_or_a_named_error(
            bytes in prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..64),
        ) {
            match read(&bytes, 32) {
                Ok(body) => prop_assert_eq!(frame(&body), bytes),
                Err(FrameError::TooLarge { length, max }) => prop_assert!(length > max),
                Err(FrameError::Nothing) => prop_assert!(bytes.is_empty()),
                Err(FrameError::Cut | FrameError::Trailing) => {
                    prop_assert!(bytes.len() < 4 || bytes.len() != 4 + usize::from(bytes[3]));
                }
            }
        }
    }
}

#pragma once
/// Typed errors of the core. Every message is lower case, has no full stop, names the argument in backticks and states
/// "expected X, got Y", then the cure if it is known. A face catches `Error` at its boundary and translates it once.

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tumble {

/// A text that mentions atoms, with gaps for their names: the core counts atoms from 0, a face may number them in
/// another way. There is one more piece than atoms, since the name of an atom goes between two pieces.
struct AtomText {
    std::vector<std::string> pieces;
    std::vector<std::int64_t> atoms;

    /// Return the text with names from a face.
    /// @param name function that returns the name of the atom with a given index, such as "atom ID 17"
    template <typename Name>
    std::string write(Name&& name) const {
        std::string text = pieces.front();
        for (std::size_t k = 0; k < atoms.size(); ++k) text += name(atoms[k]) + pieces[k + 1];
        return text;
    }

    /// Return the text with the core's own names: "atom 3 and atom 5 (counted from 0)".
    std::string write() const {
        std::size_t left = atoms.size();
        return write([&left](std::int64_t index) {
            return "atom " + std::to_string(index) + (--left == 0 ? " (counted from 0)" : "");
        });
    }
};

/// Base of all errors that the core throws on purpose.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& text) : Error(AtomText{{text}, {}}) {}
    explicit Error(AtomText text) : std::runtime_error(text.write()), text_(std::move(text)) {}

    /// The text of `what()`, for a face that writes it with its own names of atoms.
    const AtomText& text() const { return text_; }

  private:
    AtomText text_;
};

/// The model file is missing, unreadable, truncated or not a Tumble model.
class ModelFileError : public Error {
  public:
    using Error::Error;
};

/// A field of `tumble.json` is missing or wrong.
class MetadataError : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// The model doesn't reproduce the reference structures in its file.
class ReferenceMismatch : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// A structure can't be evaluated: shapes, species, cell or positions are wrong.
class StructureError : public Error {
  public:
    using Error::Error;
};

/// An option has an invalid value.
class ConfigurationError : public Error {
  public:
    using Error::Error;
};

/// The machine lacks the device.
class DeviceError : public Error {
  public:
    using Error::Error;
};

/// The model failed during an evaluation: an exception inside, a wrong shape, NaN, or out of memory.
class EvaluationError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket can't be reached or closed the connection.
class ConnectionError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket broke the protocol.
class ProtocolError : public Error {
  public:
    using Error::Error;
};

/// The model returned values that aren't finite; the evaluation is complete, and a caller may inspect it.
class NotFiniteError : public EvaluationError {
  public:
    using EvaluationError::EvaluationError;
};

/// Concatenate the arguments, written with `operator<<`, into one message.
template <typename... Args>
std::string message(const Args&... args) {
    std::ostringstream stream;
    stream.precision(10);
    (stream << ... << args);
    return stream.str();
}

}  // namespace tumble

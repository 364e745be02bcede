#pragma once
/// Typed errors of the core. Every message is lower case, has no full stop, names the argument in backticks and says
/// "expected X, got Y", then the cure if it is known. A face catches `Error` at its boundary and translates it once.

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tumble {

/// A text with atoms in it, whose names are left open: the core counts them from 0, a face may know them by other
/// numbers. There is one more piece than atoms, since an atom's name goes between two pieces.
struct AtomText {
    std::vector<std::string> pieces;
    std::vector<std::int64_t> atoms;

    /// @param name what stands for an atom of the given index, such as "atom ID 17"
    template <typename Name>
    std::string write(Name&& name) const {
        std::string text = pieces.front();
        for (std::size_t k = 0; k < atoms.size(); ++k) text += name(atoms[k]) + pieces[k + 1];
        return text;
    }

    /// As the core itself names them: "atom 3 and atom 5 (counted from 0)".
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

    /// What `what()` says, for a face to write with its own names of the atoms.
    const AtomText& text() const { return text_; }

  private:
    AtomText text_;
};

/// The model file is missing, unreadable, truncated or no Tumble model.
class ModelFileError : public Error {
  public:
    using Error::Error;
};

/// A field of `tumble.json` is missing or wrong.
class MetadataError : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// The model doesn't reproduce the reference structures that it carries.
class ReferenceMismatch : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// A structure can't be evaluated: shapes, species, cell or positions are wrong.
class StructureError : public Error {
  public:
    using Error::Error;
};

/// An option has a value that isn't understood.
class ConfigurationError : public Error {
  public:
    using Error::Error;
};

/// The device isn't there.
class DeviceError : public Error {
  public:
    using Error::Error;
};

/// The model failed during an evaluation: an exception inside, a wrong shape, NaN, or out of memory.
class EvaluationError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket can't be reached or went away.
class ConnectionError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket broke the protocol.
class ProtocolError : public Error {
  public:
    using Error::Error;
};

/// The model ran to its end but returned what isn't finite; the evaluation is complete, for whoever wants to see it.
class NotFiniteError : public EvaluationError {
  public:
    using EvaluationError::EvaluationError;
};

/// Concatenates the arguments, written with `operator<<`, into one message.
template <typename... Args>
std::string message(const Args&... args) {
    std::ostringstream stream;
    stream.precision(10);
    (stream << ... << args);
    return stream.str();
}

}  // namespace tumble

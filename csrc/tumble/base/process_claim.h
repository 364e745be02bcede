#pragma once
/// Changes that a thread makes for the whole process while it computes, such as torch's precision or MKL's number of
/// threads. They are undone when the thread is done. A thread that can't be stopped is given up instead, and the thread
/// that gives it up undoes the changes.

#include <functional>
#include <memory>

namespace tumble {

/// The claims of one thread.
class ClaimsOfThread;

/// A change that lasts as long as this object, or until its thread is given up.
class ProcessClaim {
  public:
    /// @param put_back function that undoes the change; called once, in this thread or in the thread that gives it up
    explicit ProcessClaim(std::function<void()> put_back);
    ~ProcessClaim();
    ProcessClaim(const ProcessClaim&) = delete;
    ProcessClaim& operator=(const ProcessClaim&) = delete;

  private:
    std::shared_ptr<ClaimsOfThread> claims_;
};

/// The claims of a thread that may be given up while it computes.
class Abandonable {
  public:
    Abandonable();
    /// Assign all later claims of the calling thread to this object. To be called in the thread before it computes.
    void begin() const;
    /// Undo all changes of that thread, and undo each later change of it at once.
    void give_up() const;

  private:
    std::shared_ptr<ClaimsOfThread> claims_;
};

}  // namespace tumble

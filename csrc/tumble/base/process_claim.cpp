#include "tumble/base/process_claim.h"

#include <mutex>
#include <utility>
#include <vector>

namespace tumble {

/// A stack, since claims nest. After it was given up, a thread can claim nothing more.
class ClaimsOfThread {
  public:
    void push(std::function<void()> put_back) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (given_up_) {
            put_back();
        } else {
            stack_.push_back(std::move(put_back));
        }
    }
    void pop() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!given_up_) put_back_last();
    }
    void give_up() {
        const std::lock_guard<std::mutex> lock(mutex_);
        while (!stack_.empty()) put_back_last();
        given_up_ = true;
    }

  private:
    void put_back_last() {
        stack_.back()();
        stack_.pop_back();
    }

    std::mutex mutex_;
    std::vector<std::function<void()>> stack_;
    bool given_up_ = false;
};

namespace {

std::shared_ptr<ClaimsOfThread>& of_this_thread() {
    thread_local auto claims = std::make_shared<ClaimsOfThread>();
    return claims;
}

}  // namespace

ProcessClaim::ProcessClaim(std::function<void()> put_back) : claims_(of_this_thread()) {
    claims_->push(std::move(put_back));
}

ProcessClaim::~ProcessClaim() { claims_->pop(); }

Abandonable::Abandonable() : claims_(std::make_shared<ClaimsOfThread>()) {}
void Abandonable::begin() const { of_this_thread() = claims_; }
void Abandonable::give_up() const { claims_->give_up(); }

}  // namespace tumble

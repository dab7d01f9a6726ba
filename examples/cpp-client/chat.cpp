// Chat by WebSocket++: chat [url] [room] [name]. Typed lines are sent, the messages of the room are printed.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>
#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>

using Client = websocketpp::client<websocketpp::config::asio_client>;
using nlohmann::json;

class Chat {
public:
  Chat(const std::string &url, std::string room, std::string name) : room_(std::move(room)) {
    client_.clear_access_channels(websocketpp::log::alevel::all);
    client_.init_asio();
    client_.set_open_handler([this, name = std::move(name)](auto) {
      say({{"type", "hello"}, {"protocol", 1}, {"name", name}, {"join", json::array({{{"room", room_}}})}});
    });
    client_.set_message_handler([this](auto, auto frame) { hear(json::parse(frame->get_payload())); });
    client_.set_fail_handler([](auto) { std::cerr << "* nobody listens there" << std::endl; });
    client_.set_close_handler([this](auto) {
      auto socket = client_.get_con_from_hdl(socket_);
      std::cerr << "* closed: " << socket->get_remote_close_code() << " " << socket->get_remote_close_reason() << std::endl;
    });
    websocketpp::lib::error_code error;
    auto connection = client_.get_connection(url, error);
    if (error) throw std::invalid_argument(url + ": " + error.message());
    connection->add_subprotocol("roomcast.v1");
    socket_ = client_.connect(connection)->get_handle();
  }

  void run() { client_.run(); }

  // The socket belongs to the thread that runs it, so what another one has typed is posted there.
  void type(std::string text) {
    client_.get_io_service().post([this, text = std::move(text)] {
      typed_.push_back(text);
      if (joined_) publish();
    });
  }

private:
  void say(const json &message) {
    // What is typed may be no UTF-8.
    auto text = message.dump(-1, ' ', false, json::error_handler_t::replace);
    client_.send(socket_, text, websocketpp::frame::opcode::text);
  }

  void publish() {
    for (const auto &text : typed_) {
      auto id = std::to_string(++count_);  // unique for this session; who resumes one goes on counting
      say({{"type", "publish"}, {"id", id}, {"room", room_}, {"event", "message"}, {"data", {{"text", text}}}});
    }
    typed_.clear();
  }

  void hear(const json &message) {
    if (message["type"] == "joined") {
      for (const auto &event : message["events"]) print(event);
      joined_ = true;
      publish();
    } else if (message["type"] == "event") {
      print(message);
    } else if (message["type"] == "error") {
      std::cerr << "* refused: " << message["message"] << std::endl;
    }
  }

  void print(const json &event) {
    if (!event.contains("offset") || event["event"] != "message") return;  // typing and the like
    std::cout << event["offset"] << " " << event["from"]["name"].get<std::string>() << ": "
              << event["data"]["text"].get<std::string>() << std::endl;
  }

  Client client_;
  websocketpp::connection_hdl socket_;
  std::string room_;
  std::vector<std::string> typed_;
  bool joined_ = false;
  int count_ = 0;
};

int main(int argc, char **argv) {
  auto given = [&](int at, const char *otherwise) { return argc > at ? argv[at] : otherwise; };
  Chat chat(given(1, "ws://127.0.0.1:3000/v1/ws"), given(2, "general"), given(3, "C++"));
  std::thread typing([&chat] {
    for (std::string line; std::getline(std::cin, line);) chat.type(line);
  });
  typing.detach();
  chat.run();
}

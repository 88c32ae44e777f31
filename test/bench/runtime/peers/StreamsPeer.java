import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The peer on Kafka Streams: exactly_once_v2, Avro in Confluent's wire format, the change of rule.ts. Settings are
 * Streams' own unless an argument names them. Says on standard output when it sees its first record; ends with standard input.
 * Arguments: brokers, application id, input topic, output topic, folder of .avsc files, schema id of the output, number of
 * threads, commit interval in ms, state folder.
 */
public final class StreamsPeer {
  private static final AtomicBoolean started = new AtomicBoolean();

  public static void main(String[] args) throws IOException {
    Schema in = new Schema.Parser().parse(new File(args[4], "ChatLogged.avsc"));
    Schema out = new Schema.Parser().parse(new File(args[4], "SampleSelected.avsc"));
    int schemaId = Integer.parseInt(args[5]);

    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[6]);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, args[7]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, args[8]);
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");

    StreamsBuilder builder = new StreamsBuilder();
    ThreadLocal<Map> maps = ThreadLocal.withInitial(() -> new Map(in, out, schemaId));
    builder.stream(args[2], Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .map((key, value) -> maps.get().apply(value))
        .to(args[3], Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));

    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    streams.start();
    while (System.in.read() >= 0) {}
    streams.close();
  }

  /** Decodes, changes and encodes one record; each thread has its own, to use its buffers again and again. */
  private static final class Map {
    private final GenericDatumReader<GenericRecord> reader;
    private final GenericDatumWriter<GenericRecord> writer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    private final MessageDigest sha256;
    private final Schema out;
    private final Schema armWeight;
    private final Schema outcome;
    private final GenericData.EnumSymbol uncertain;
    private final GenericData.EnumSymbol random;
    private final byte[] head;
    private BinaryDecoder decoder;
    private BinaryEncoder encoder;

    Map(Schema in, Schema out, int schemaId) {
      this.out = out;
      reader = new GenericDatumReader<>(in);
      writer = new GenericDatumWriter<>(out);
      armWeight = out.getField("arms").schema().getElementType();
      outcome = out.getField("outcome").schema();
      Schema arm = armWeight.getField("arm").schema();
      uncertain = new GenericData.EnumSymbol(arm, "uncertain");
      random = new GenericData.EnumSymbol(arm, "random");
      head = ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array();
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException error) {
        throw new IllegalStateException(error);
      }
    }

    KeyValue<byte[], byte[]> apply(byte[] value) {
      if (!started.getAndSet(true)) System.out.println("{\"first\":" + System.currentTimeMillis() + "}");
      try {
        decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, decoder);
        GenericRecord turn = reader.read(null, decoder);
        GenericRecord selected = select(turn);
        bytes.reset();
        bytes.write(head);
        encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
        writer.write(selected, encoder);
        encoder.flush();
        byte[] key = selected.get("agent").toString().getBytes(StandardCharsets.UTF_8);
        return KeyValue.pair(key, bytes.toByteArray());
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }

    private GenericRecord select(GenericRecord turn) {
      GenericRecord plan = (GenericRecord) turn.get("plan");
      Double margin = (Double) plan.get("margin");
      double uncertainty = 1 - (margin == null ? 1 : margin);
      List<?> earlier = (List<?>) turn.get("earlier");

      GenericRecord seen = new GenericData.Record(outcome);
      seen.put("escalated", false);
      seen.put("rating", null);
      seen.put("repeatAsk", earlier.stream().anyMatch(message -> asks(message, turn)));
      seen.put("latencyMs", turn.get("latencyMs"));

      String id = turn.get("id").toString();
      GenericRecord selected = new GenericData.Record(out);
      selected.put("id", derived(id));
      selected.put("parents", List.of(turn.get("id")));
      selected.put("at", turn.get("at"));
      selected.put("agent", turn.get("agent"));
      selected.put("conversationId", turn.get("conversationId"));
      selected.put("turnId", turn.get("id"));
      selected.put("step", 0);
      selected.put("family", turn.get("agent") + "/" + turn.get("conversationId"));
      selected.put("question", turn.get("question"));
      for (String same : List.of("earlier", "earlierCut", "prompt", "steps")) selected.put(same, turn.get(same));
      selected.put("plan", plan);
      selected.put("answer", turn.get("answer"));
      selected.put("arms", List.of(weighed(uncertain, uncertainty), weighed(random, 0.05)));
      selected.put("inclusionProbability", Math.min(1, uncertainty + 0.05));
      selected.put("value", uncertainty * 2);
      selected.put("outcome", seen);
      selected.put("correction", false);
      return selected;
    }

    private static boolean asks(Object message, GenericRecord turn) {
      return ((GenericRecord) message).get("text").equals(turn.get("question"));
    }

    private GenericRecord weighed(GenericData.EnumSymbol arm, double weight) {
      GenericRecord weighed = new GenericData.Record(armWeight);
      weighed.put("arm", arm);
      weighed.put("weight", weight);
      return weighed;
    }

    /** The identity that Flywheel's runtime derives: 128 bits of SHA-256 over rule, input and index. */
    private String derived(String input) {
      byte[] hash = sha256.digest(("bench/v1\0" + input + "\0" + "0").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    }
  }
}

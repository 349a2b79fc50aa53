import type { Box } from "@sentinel/protocol/box";
import type Konva from "konva";
import { useEffect, useRef, useState } from "react";
import { Image, Label, Layer, Rect, Stage, Tag, Text, Transformer } from "react-konva";
import { classColour } from "../../../picture/class-colour.ts";
import { letterbox, placeBox, type Rectangle } from "../../../picture/rectangle.ts";
import { useSize } from "../../../ui/use-size.ts";
import type { BoxEdit, EditedBox } from "./box-edit.ts";

interface BoxStageProps {
  bitmap: ImageBitmap;
  edit: BoxEdit;
  nameOf: (classId: number) => string;
  /** What moves, where the model saw nothing: a hint, not a box. */
  hint: Box | null;
  onChoose: (id: number) => void;
  onPlace: (id: number, box: Box) => void;
  onDraw: (from: [number, number], to: [number, number]) => void;
}

type Point = [number, number];

/** The picture with its boxes, to be drawn, moved and resized by mouse, pen or finger. */
export function BoxStage(props: BoxStageProps) {
  const { bitmap, edit, hint } = props;
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const [drawing, setDrawing] = useState<{ from: Point; to: Point } | null>(null);
  const place = size === null ? null : letterbox(bitmap, size);

  const pointOf = (event: Konva.KonvaEventObject<PointerEvent>): Point | null => {
    const at = event.target.getStage()?.getPointerPosition();
    if (!at || place === null) return null;
    return [(at.x - place.x) / place.width, (at.y - place.y) / place.height];
  };
  const end = () => {
    if (drawing !== null) props.onDraw(drawing.from, drawing.to);
    setDrawing(null);
  };

  return (
    <div ref={frame} className="absolute inset-0 cursor-crosshair touch-none" data-box-stage="">
      {size === null || place === null ? null : (
        <Stage
          width={size.width}
          height={size.height}
          onPointerDown={(event) => {
            // On a box or a handle it is theirs; elsewhere a new box begins.
            if (event.target !== event.target.getStage()) return;
            const from = pointOf(event);
            if (from !== null) setDrawing({ from, to: from });
          }}
          onPointerMove={(event) => {
            const to = drawing === null ? null : pointOf(event);
            if (drawing !== null && to !== null) setDrawing({ ...drawing, to });
          }}
          onPointerUp={end}
          onPointerLeave={end}
        >
          <Layer listening={false}>
            <Image
              image={bitmap}
              x={place.x}
              y={place.y}
              width={place.width}
              height={place.height}
            />
            {hint === null ? null : (
              <Rect {...placeBox(hint, place)} stroke="#f8fafc" strokeWidth={2} dash={[6, 5]} />
            )}
          </Layer>
          <Layer>
            {edit.boxes.map((one) => (
              <StageBox
                key={one.id}
                one={one}
                place={place}
                name={props.nameOf(one.classId)}
                isChosen={one.id === edit.chosen}
                onChoose={props.onChoose}
                onPlace={props.onPlace}
              />
            ))}
            {drawing === null ? null : (
              <Rect
                {...placeBox(between(drawing.from, drawing.to), place)}
                stroke="#f8fafc"
                strokeWidth={1.5}
                dash={[4, 3]}
                listening={false}
              />
            )}
          </Layer>
        </Stage>
      )}
    </div>
  );
}

/** One box with its label; the chosen one has handles. */
function StageBox(props: {
  one: EditedBox;
  place: Rectangle;
  name: string;
  isChosen: boolean;
  onChoose: (id: number) => void;
  onPlace: (id: number, box: Box) => void;
}) {
  const { one, place, name, isChosen } = props;
  const shape = useRef<Konva.Rect>(null);
  const handles = useRef<Konva.Transformer>(null);
  const colour = classColour(name).picture;
  const shown = placeBox(one.box, place);

  useEffect(() => {
    if (isChosen && shape.current !== null) handles.current?.nodes([shape.current]);
  }, [isChosen]);

  /** Konva resizes by scaling: the scale becomes the size, so that lines keep their width. */
  const settle = () => {
    const node = shape.current;
    if (node === null) return;
    const box: Box = [
      (node.x() - place.x) / place.width,
      (node.y() - place.y) / place.height,
      (node.width() * node.scaleX()) / place.width,
      (node.height() * node.scaleY()) / place.height,
    ];
    node.scale({ x: 1, y: 1 });
    props.onPlace(one.id, box);
  };

  return (
    <>
      <Rect
        ref={shape}
        {...shown}
        stroke={colour}
        strokeWidth={2}
        strokeScaleEnabled={false}
        // Hardly seen, but felt by the mouse all over.
        fill={`${colour}${isChosen ? "26" : "0d"}`}
        draggable
        onPointerDown={() => props.onChoose(one.id)}
        onDragEnd={settle}
        onTransformEnd={settle}
        dragBoundFunc={(at) => ({
          x: Math.min(Math.max(at.x, place.x), place.x + place.width - shown.width),
          y: Math.min(Math.max(at.y, place.y), place.y + place.height - shown.height),
        })}
      />
      <Label x={shown.x} y={Math.max(0, shown.y - 18)} listening={false}>
        <Tag fill={colour} />
        <Text
          text={name}
          padding={3}
          fontSize={12}
          fontFamily='"Inter Variable", system-ui, sans-serif'
          fill="#0a0f1c"
        />
      </Label>
      {isChosen ? (
        <Transformer
          ref={handles}
          rotateEnabled={false}
          keepRatio={false}
          flipEnabled={false}
          ignoreStroke
          anchorSize={10}
          anchorCornerRadius={2}
          anchorStroke={colour}
          borderStroke={colour}
          borderDash={[3, 3]}
        />
      ) : null}
    </>
  );
}

function between([x, y]: Point, [toX, toY]: Point): Box {
  return [Math.min(x, toX), Math.min(y, toY), Math.abs(toX - x), Math.abs(toY - y)];
}
